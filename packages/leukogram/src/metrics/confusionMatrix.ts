import {
  type Matrix,
  requireLabels,
  requireMatrix,
  requireNumbers,
  requireSameLength,
  requireSetting,
} from "./checkInputs.ts";

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
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if an entry is no index of a class
 *   or a weight no number of 0 or more.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { numClasses, weights }: ConfusionMatrixOptions,
): number[][] {
  const count = prepare("confusionMatrix", { labels, predicted, numClasses });
  if (weights !== undefined) {
    requireSameLength("confusionMatrix weights", [labels.length, weights.length]);
    requireNumbers("confusionMatrix weights", weights, { least: 0 });
  }
  return count(weights ?? new Uint8Array(labels.length).fill(1));
}

/**
 * Looks at labels once, so that the confusion matrices of many resamples cost one pass each: with image i counted
 * `weights[i]` times. Weights are not checked, as they are asked for once a resample.
 *
 * @throws LeukogramError as {@link confusionMatrix}.
 */
export function prepareConfusion(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { numClasses }: Pick<ConfusionMatrixOptions, "numClasses">,
): (weights: ArrayLike<number>) => number[][] {
  return prepare("prepareConfusion", { labels, predicted, numClasses });
}

interface Answered {
  readonly labels: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  readonly numClasses: number;
}

function prepare(where: string, { labels, predicted, numClasses }: Answered) {
  requireSetting(where, ["numClasses", numClasses], { least: 1, whole: true });
  requireSameLength(where, [labels.length, predicted.length]);
  requireLabels(`${where} labels`, labels, numClasses);
  requireLabels(`${where} predicted`, predicted, numClasses);
  const cells = Int32Array.from({ length: labels.length }, (_, i) => labels[i]! * numClasses + predicted[i]!);
  const sums = new Float64Array(numClasses * numClasses);
  return (weights: ArrayLike<number>): number[][] => {
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

/**
 * Adds up a confusion matrix, `[numClasses, numClasses]`.
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function margins(matrix: Matrix): Margins {
  return checkedMargins("margins", matrix);
}

/**
 * The sums of a matrix, or those that are known of it, once they are seen to be sums of counts.
 *
 * @param where the function that asks, for messages.
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function checkedMargins(where: string, matrix: Matrix, sums?: Margins): Margins {
  if (sums !== undefined) {
    requireMargins(where, sums);
    return sums;
  }
  requireMatrix(where, matrix);
  return addUp(matrix);
}

/**
 * Makes sure that sums of a confusion matrix are numbers of 0 or more, as many of each kind.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a sum is no such number.
 */
export function requireMargins(where: string, sums: Margins): void {
  // Resampling asks thousands of times, and messages take longer to write than sums to look at.
  if (areSums(sums)) return;
  const { truths, predictions, hits, total } = sums;
  requireSameLength(`${where} truths and predictions`, [truths.length, predictions.length]);
  requireSameLength(`${where} truths and hits`, [truths.length, hits.length]);
  requireNumbers(`${where} truths`, truths, COUNTS);
  requireNumbers(`${where} predictions`, predictions, COUNTS);
  requireNumbers(`${where} hits`, hits, COUNTS);
  requireSetting(where, ["total", total], COUNTS);
}

const COUNTS = { least: 0 } as const;

function areSums({ truths, predictions, hits, total }: Margins): boolean {
  const size = truths.length;
  if (size === 0 || predictions.length !== size || hits.length !== size || !isCount(total)) return false;
  for (let k = 0; k < size; k++)
    if (!isCount(truths[k]!) || !isCount(predictions[k]!) || !isCount(hits[k]!)) return false;
  return true;
}

const isCount = (value: number) => value >= 0 && value < Number.POSITIVE_INFINITY;

function addUp(matrix: Matrix): Margins {
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
