import { type Matrix, requireLabels, requireSameLength } from "./checkInputs.ts";

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  readonly numClasses: number;
  /** How often each image counts, `[N]`; 1 if left out. */
  readonly weights?: ArrayLike<number>;
}

/**
 * Counts images by true class (rows) and predicted class (columns), `[numClasses, numClasses]`.
 *
 * Source: scikit-learn `confusion_matrix`.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if an entry is no index of a class.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { numClasses, weights }: ConfusionMatrixOptions,
): number[][] {
  const count = prepareConfusion(labels, predicted, { numClasses });
  if (weights !== undefined) requireSameLength("confusionMatrix weights", [labels.length, weights.length]);
  return count(weights ?? new Uint8Array(labels.length).fill(1));
}

/**
 * Looks at labels once, so that the confusion matrices of many resamples cost one pass each: with image i counted
 * `weights[i]` times.
 *
 * @throws LeukogramError as {@link confusionMatrix}.
 */
export function prepareConfusion(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { numClasses }: Pick<ConfusionMatrixOptions, "numClasses">,
): (weights: ArrayLike<number>) => number[][] {
  requireSameLength("confusionMatrix", [labels.length, predicted.length]);
  requireLabels("confusionMatrix labels", labels, numClasses);
  requireLabels("confusionMatrix predicted", predicted, numClasses);
  const cells = Int32Array.from({ length: labels.length }, (_, i) => labels[i]! * numClasses + predicted[i]!);
  const sums = new Float64Array(numClasses * numClasses);
  return (weights) => {
    sums.fill(0);
    for (let i = 0; i < cells.length; i++) sums[cells[i]!]! += weights[i]!;
    const matrix: number[][] = [];
    for (let k = 0; k < numClasses; k++) {
      const row: number[] = [];
      for (let j = 0; j < numClasses; j++) row.push(sums[k * numClasses + j]!);
      matrix.push(row);
    }
    return matrix;
  };
}

/** Sums of the rows and columns of a confusion matrix, its diagonal, and the sum of all. */
export interface Margins {
  /** Images of each true class. */
  readonly truths: readonly number[];
  /** Images of each predicted class. */
  readonly predictions: readonly number[];
  /** Images that are right, by class. */
  readonly hits: readonly number[];
  readonly total: number;
}

/** Adds up a confusion matrix, `[numClasses, numClasses]`. */
export function margins(matrix: Matrix): Margins {
  const truths = new Array<number>(matrix.length).fill(0);
  const predictions = new Array<number>(matrix.length).fill(0);
  const hits = new Array<number>(matrix.length).fill(0);
  let total = 0;
  for (let i = 0; i < matrix.length; i++) {
    const row = matrix[i]!;
    for (let j = 0; j < row.length; j++) {
      truths[i]! += row[j]!;
      predictions[j]! += row[j]!;
    }
    hits[i] = row[i]!;
    total += truths[i]!;
  }
  return { truths, predictions, hits, total };
}
