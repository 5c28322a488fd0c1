import type { Matrix } from "./checkInputs.ts";
import { type Margins, margins } from "./confusionMatrix.ts";
import { mean } from "./pairwiseSum.ts";

/** The share of images whose class is right, in [0, 1]; NaN without images. Source: scikit-learn `accuracy_score`. */
export function accuracy(matrix: Matrix, { hits, total }: Margins = margins(matrix)): number {
  return hits.reduce((sum, count) => sum + count, 0) / total;
}

/**
 * Recall averaged over the classes that have images, in [0, 1]; NaN without images.
 *
 * Source: scikit-learn `balanced_accuracy_score` (Brodersen et al. 2010).
 */
export function balancedAccuracy(matrix: Matrix, { hits, truths }: Margins = margins(matrix)): number {
  const recalls = hits.map((count, i) => count / truths[i]!).filter((_, i) => truths[i]! > 0);
  return mean(recalls);
}
