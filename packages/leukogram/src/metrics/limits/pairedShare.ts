import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { requireConfidence, requireNumbers, requireSameLength } from "../checkInputs.ts";
import { normalQuantile } from "./distributions.ts";
import { effectiveImages } from "./groupedShare.ts";
import type { Limits } from "./proportion.ts";

/** Images that only one of two models got right, and of how many; none needs to be whole. */
export interface PairedCounts {
  readonly firstOnly: number;
  readonly secondOnly: number;
  readonly of: number;
}

const HALVINGS = 60;

/**
 * Score limits of the difference of two shares of the same images, first less second, in [-1, 1]: never a point, even
 * where no image tells the two apart. Without images they are -1 and 1.
 *
 * Source: Tango 1998, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
 * design".
 *
 * @throws LeukogramError ERR_DATA if a count is below 0 or both together exceed `of`.
 */
export function tangoLimits({ firstOnly, secondOnly, of }: PairedCounts, { confidence = 0.95 } = {}): Limits {
  const isWhole =
    firstOnly >= 0 && secondOnly >= 0 && firstOnly + secondOnly <= of * (1 + 1e-9) && of < Number.POSITIVE_INFINITY;
  if (!isWhole)
    throw new LeukogramError(
      "ERR_DATA",
      `tangoLimits: expected counts of images, received ${firstOnly} and ${secondOnly} of ${of}`,
    );
  const z = normalQuantile(1 - (1 - requireConfidence("tangoLimits", confidence)) / 2);
  if (of === 0) return { low: -1, high: 1 };
  return {
    low: lowest({ firstOnly, secondOnly, of }, z),
    high: -lowest({ firstOnly: secondOnly, secondOnly: firstOnly, of }, z),
  };
}

// The lowest difference that the counts are not too far from, by the score test.
function lowest({ firstOnly: b, secondOnly: c, of }: PairedCounts, z: number): number {
  const isFar = (difference: number) => {
    // The likeliest share that only the second gets right, where the difference is given.
    const half = (2 * of - b + c) * difference - b - c;
    const product = -c * difference * (1 - difference);
    const second = (Math.sqrt(Math.max(0, half ** 2 - 8 * of * product)) - half) / (4 * of);
    const variance = of * (2 * second + difference * (1 - difference));
    return b - c - of * difference > z * Math.sqrt(Math.max(0, variance));
  };
  let [low, high] = [-1, (b - c) / of];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (isFar(middle)) low = middle;
    else high = middle;
  }
  return Math.max(-1, (low + high) / 2);
}

/**
 * The difference of two shares of the same images with 95 % limits ({@link tangoLimits}), where images of one group may
 * be alike: so many images count as would leave the difference as uncertain if each was for itself.
 *
 * @param leads 1 if only the first is right of an image, -1 if only the second is, 0 else, `[N]`.
 * @param groups group of each image, `[N]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a lead is not -1, 0 or 1.
 */
export function pairedShareDifference(leads: ArrayLike<number>, groups: readonly string[]): Estimate {
  requireSameLength("pairedShareDifference", [leads.length, groups.length]);
  requireNumbers("pairedShareDifference", leads, { least: -1, most: 1, whole: true });
  let [firstOnly, secondOnly] = [0, 0];
  for (let i = 0; i < leads.length; i++) {
    if (leads[i] === 1) firstOnly++;
    else if (leads[i] === -1) secondOnly++;
  }
  const of = effectiveImages(leads, groups);
  const each = of / leads.length;
  return {
    value: (firstOnly - secondOnly) / leads.length,
    ...tangoLimits({ firstOnly: firstOnly * each, secondOnly: secondOnly * each, of }),
  };
}
