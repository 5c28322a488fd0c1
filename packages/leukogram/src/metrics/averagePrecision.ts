import { countsByThreshold, requireScored } from "./rocCurve.ts";

/**
 * Precision averaged over the steps of recall, in [0, 1]; undefined if no image is positive.
 *
 * No interpolation: the sum over falling thresholds of (R_n - R_(n-1)) P_n.
 * Source: scikit-learn `average_precision_score`.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a score is not finite.
 */
export function averagePrecision(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): number | undefined {
  requireScored("averagePrecision", positive, scores);
  const { truePositives, falsePositives } = countsByThreshold(positive, scores);
  const total = truePositives.at(-1)!;
  if (total === 0) return undefined;
  let sum = 0;
  let before = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const found = truePositives[i]!;
    sum += ((found - before) / total) * (found / (found + falsePositives[i]!));
    before = found;
  }
  return sum;
}
