import type { Estimate } from "@leukogram/engine/core/estimate";
import { requireSameLength } from "./checkInputs.ts";
import { normalQuantile, studentQuantile } from "./distributions.ts";
import { midP } from "./proportion.ts";

/**
 * A share of images and its 95 % limits, mid-P, where images of one group may be alike: so many images count as would
 * leave the share as uncertain if each was for itself. Without images it is 0, and the limits are 0 and 1.
 *
 * Source: Korn and Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts
 * estimated from survey data"; variance between groups by linearization.
 *
 * @param hits whether each image counts, `[N]`.
 * @param groups group of each image, `[N]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ.
 */
export function groupedShare(hits: readonly boolean[], groups: readonly string[]): Estimate {
  if (hits.length === 0 && groups.length === 0) return { value: 0, low: 0, high: 1 };
  requireSameLength("groupedShare", [hits.length, groups.length]);
  const images = hits.length;
  const value = hits.filter(Boolean).length / images;
  const of = effectiveImages(hits, groups);
  return { value, ...midP(Math.min(of, value * of), of) };
}

function effectiveImages(hits: readonly boolean[], groups: readonly string[]): number {
  const images = hits.length;
  const sums = new Map<string, { count: number; hits: number }>();
  for (const [i, group] of groups.entries()) {
    const sum = sums.get(group) ?? { count: 0, hits: 0 };
    sums.set(group, { count: sum.count + 1, hits: sum.hits + Number(hits[i]) });
  }
  const number = sums.size;
  if (number === images) return images;
  const value = hits.filter(Boolean).length / images;
  // Nothing is seen of how groups vary.
  if (number === 1 || value === 0 || value === 1) return number;
  let squares = 0;
  for (const sum of sums.values()) squares += (sum.hits - value * sum.count) ** 2;
  const variance = ((number / (number - 1)) * squares) / images ** 2;
  const t = normalQuantile(0.975) / studentQuantile(0.975, number - 1);
  const effective = ((value * (1 - value)) / variance) * t ** 2;
  return Math.max(1, Math.min(images, effective));
}

/**
 * The mean of independent shares and its limits, from those of each: MOVER, which keeps what their limits keep.
 *
 * Source: Zou and Donner 2008, "Construction of confidence limits about effect measures".
 */
export function meanOfShares(shares: readonly Estimate[]): Estimate {
  const mean = (of: (share: Estimate) => number) => shares.reduce((sum, share) => sum + of(share), 0) / shares.length;
  const value = mean((share) => share.value);
  const reach = (of: (share: Estimate) => number) =>
    Math.sqrt(shares.reduce((sum, share) => sum + of(share) ** 2, 0)) / shares.length;
  return {
    value,
    low: Math.max(0, value - reach((share) => share.value - share.low)),
    high: Math.min(1, value + reach((share) => share.high - share.value)),
  };
}
