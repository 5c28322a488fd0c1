import type { Matrix } from "./checkInputs.ts";
import { margins } from "./confusionMatrix.ts";
import { mean } from "./pairwiseSum.ts";

/** The share of images whose class is right, in [0, 1]; NaN without images. Source: scikit-learn `accuracy_score`. */
export function accuracy(matrix: Matrix): number {
  const { hits, total } = margins(matrix);
  return hits.reduce((sum, count) => sum + count, 0) / total;
}

/**
 * Recall averaged over the classes that have images, in [0, 1]; NaN without images.
 *
 * Source: scikit-learn `balanced_accuracy_score` (Brodersen et al. 2010).
 */
export function balancedAccuracy(matrix: Matrix): number {
  const { hits, truths } = margins(matrix);
  const recalls = hits.map((count, i) => count / truths[i]!).filter((_, i) => truths[i]! > 0);
  return mean(recalls);
}
