import type { Matrix } from "./checkInputs.ts";
import { checkedMargins, type Margins, requireMargins } from "./confusionMatrix.ts";
import { mean, pairwiseSum } from "./pairwiseSum.ts";

/** Precision, recall and F1, each in [0, 1], and the number of images they rest on. */
export interface PrecisionRecallF1 {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Number of images of the true class, or of all classes. */
  readonly support: number;
}

/** Figures of each class, and their averages over classes and over images. */
export interface PrecisionRecallF1Summary {
  readonly perClass: readonly PrecisionRecallF1[];
  /** Every class counts the same. */
  readonly macro: PrecisionRecallF1;
  /** Every class counts by its images. */
  readonly weighted: PrecisionRecallF1;
}

/**
 * Precision, recall and F1 of every class from a confusion matrix; 0 if the denominator is 0.
 *
 * Source: scikit-learn `precision_recall_fscore_support` with `zero_division=0`.
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function precisionRecallF1(matrix: Matrix, sums?: Margins): PrecisionRecallF1Summary {
  const known = checkedMargins("precisionRecallF1", matrix, sums);
  const { truths, total } = known;
  const perClass = precisionRecallF1OfClasses(known);
  const average = (over: (values: readonly number[]) => number): PrecisionRecallF1 => ({
    precision: over(perClass.map((row) => row.precision)),
    recall: over(perClass.map((row) => row.recall)),
    f1: over(perClass.map((row) => row.f1)),
    support: total,
  });
  const overImages = (values: readonly number[]) =>
    ratio(pairwiseSum(values.map((value, i) => value * truths[i]!)), total);
  return { perClass, macro: average(mean), weighted: average(overImages) };
}

/**
 * {@link precisionRecallF1} of each class, without averages.
 *
 * @throws LeukogramError ERR_SHAPE if there are not as many sums of each kind, ERR_DATA if one is no number of 0 or more.
 */
export function precisionRecallF1OfClasses(sums: Margins): PrecisionRecallF1[] {
  requireMargins("precisionRecallF1OfClasses", sums);
  const { hits, truths, predictions } = sums;
  return hits.map((hit, i) => ({
    precision: ratio(hit, predictions[i]!),
    recall: ratio(hit, truths[i]!),
    f1: ratio(2 * hit, truths[i]! + predictions[i]!),
    support: truths[i]!,
  }));
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
