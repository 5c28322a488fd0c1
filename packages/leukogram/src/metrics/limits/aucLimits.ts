import { LeukogramError } from "@leukogram/engine/core/errors";
import { requireConfidence } from "../checkInputs.ts";
import { normalQuantile } from "./distributions.ts";
import type { Limits } from "./proportion.ts";

/** An area under the ROC curve, and how many independent images there are on both sides. */
export interface CountedArea {
  /** In [0, 1]. */
  readonly area: number;
  readonly positives: number;
  readonly negatives: number;
}

const HALVINGS = 60;

/**
 * Score limits of an area under the ROC curve, in [0, 1]: never a point, even where the scores part the two sides.
 *
 * Source: Newcombe 2006, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2:
 * asymptotic methods and evaluation", method 5, with the variance of Hanley and McNeil 1982.
 *
 * @throws LeukogramError ERR_DATA if the area is not in [0, 1] or a side has no image, ERR_USAGE if `confidence` is not in (0, 1).
 */
export function aucLimits({ area, positives, negatives }: CountedArea, { confidence = 0.95 } = {}): Limits {
  const isCounted = positives > 0 && negatives > 0 && positives + negatives < Number.POSITIVE_INFINITY;
  if (!(area >= 0 && area <= 1 && isCounted))
    throw new LeukogramError(
      "ERR_DATA",
      `aucLimits: expected an area in [0, 1] and images on both sides, received ${area}, ${positives} and ${negatives}`,
    );
  const z = normalQuantile(1 - (1 - requireConfidence("aucLimits", confidence)) / 2);
  const lowest = (seen: number) => {
    const others = (positives + negatives) / 2 - 1;
    const isFar = (own: number) => {
      const spread = 1 + others * ((1 - own) / (2 - own) + own / (1 + own));
      return seen - own > z * Math.sqrt((own * (1 - own) * spread) / (positives * negatives));
    };
    let [low, high] = [0, seen];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (isFar(middle)) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { low: lowest(area), high: 1 - lowest(1 - area) };
}
