import type { Matrix } from "./checkInputs.ts";
import { checkedMargins, type Margins } from "./confusionMatrix.ts";
import { mean } from "./pairwiseSum.ts";

/**
 * The share of images whose class is right, in [0, 1]; NaN without images. Source: scikit-learn `accuracy_score`.
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function accuracy(matrix: Matrix, sums?: Margins): number {
  const { hits, total } = checkedMargins("accuracy", matrix, sums);
  return hits.reduce((sum, count) => sum + count, 0) / total;
}

/**
 * Recall averaged over the classes that have images, in [0, 1]; NaN without images.
 *
 * Source: scikit-learn `balanced_accuracy_score` (Brodersen et al. 2010).
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function balancedAccuracy(matrix: Matrix, sums?: Margins): number {
  const { hits, truths } = checkedMargins("balancedAccuracy", matrix, sums);
  const recalls = hits.map((count, i) => count / truths[i]!).filter((_, i) => truths[i]! > 0);
  return recalls.length === 0 ? Number.NaN : mean(recalls);
}
