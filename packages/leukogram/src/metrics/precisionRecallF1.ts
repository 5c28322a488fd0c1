import type { Matrix } from "./checkInputs.ts";
import { type Margins, margins } from "./confusionMatrix.ts";
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
 * Precision, recall and F1 of every class from a confusion matrix; 0 where the denominator is 0.
 *
 * Source: scikit-learn `precision_recall_fscore_support` with `zero_division=0`.
 */
export function precisionRecallF1(matrix: Matrix, sums: Margins = margins(matrix)): PrecisionRecallF1Summary {
  const { truths, total } = sums;
  const perClass = precisionRecallF1OfClasses(sums);
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

/** {@link precisionRecallF1} of each class, without averages. */
export function precisionRecallF1OfClasses({ hits, truths, predictions }: Margins): PrecisionRecallF1[] {
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
