import type { Estimate } from "@leukogram/engine/core/estimate";
import { requireFlags, requireNumbers, requireSameLength, requireShare } from "../checkInputs.ts";
import { normalQuantile, studentQuantile } from "./distributions.ts";
import { clopperPearsonOf, type Limits, midP } from "./proportion.ts";

/** A share, and of how many independent images: fewer than there are where images of one group are alike. */
export interface Share {
  /** In [0, 1]; 0 without images. */
  readonly value: number;
  /** Need not be whole; 0 without images. */
  readonly of: number;
}

/**
 * A share of images, counted as independent ones: so many as would leave the share as uncertain if each was for itself.
 *
 * Source: Korn and Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts
 * estimated from survey data"; variance between groups by linearization.
 *
 * @param hits whether each image counts, `[N]`.
 * @param groups group of each image, `[N]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ, ERR_DATA if a hit is no flag.
 */
export function countShare(hits: ArrayLike<boolean | number>, groups: readonly string[]): Share {
  return shareOf("countShare", hits, groups);
}

function shareOf(where: string, hits: ArrayLike<boolean | number>, groups: readonly string[]): Share {
  if (hits.length === 0 && groups.length === 0) return { value: 0, of: 0 };
  requireSameLength(where, [hits.length, groups.length]);
  requireFlags(where, hits);
  const values = Float64Array.from(hits, Number);
  return { value: values.reduce((sum, one) => sum + one, 0) / values.length, of: effectiveImages(values, groups) };
}

/**
 * The 95 % limits of a share, mid-P; 0 and 1 without images.
 *
 * @throws LeukogramError ERR_DATA if the share is not in [0, 1] or `of` is below 0.
 */
export function shareLimits({ value, of }: Share): Limits {
  requireShare("shareLimits", value, of);
  return midP(Math.min(of, value * of), of);
}

/**
 * A share of images and its 95 % limits, mid-P, where images of one group may be alike ({@link countShare}). Without
 * images it is 0, and the limits are 0 and 1.
 *
 * @param hits whether each image counts, `[N]`.
 * @param groups group of each image, `[N]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ, ERR_DATA if a hit is no flag.
 */
export function groupedShare(hits: readonly boolean[], groups: readonly string[]): Estimate {
  const share = shareOf("groupedShare", hits, groups);
  return { value: share.value, ...shareLimits(share) };
}

/**
 * How many independent images would leave the mean of `values` as uncertain, 1 to N; the number of groups where all
 * values are equal, as nothing is seen of how groups vary.
 *
 * Source: as {@link countShare}.
 *
 * @param values one an image, `[N]`.
 * @param groups group of each image, `[N]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a value is not finite.
 */
export function effectiveImages(values: ArrayLike<number>, groups: readonly string[]): number {
  requireSameLength("effectiveImages", [values.length, groups.length]);
  requireNumbers("effectiveImages", values);
  const images = values.length;
  const sums = new Map<string, { count: number; sum: number }>();
  let total = 0;
  for (const [i, group] of groups.entries()) {
    const own = sums.get(group);
    total += values[i]!;
    if (own === undefined) sums.set(group, { count: 1, sum: values[i]! });
    else {
      own.count++;
      own.sum += values[i]!;
    }
  }
  const number = sums.size;
  if (number === images) return images;
  const mean = total / images;
  let spread = 0;
  for (let i = 0; i < images; i++) spread += (values[i]! - mean) ** 2 / images;
  if (number === 1 || spread < 1e-12) return number;
  let squares = 0;
  for (const { count, sum } of sums.values()) squares += (sum - mean * count) ** 2;
  const variance = ((number / (number - 1)) * squares) / images ** 2;
  const t = normalQuantile(0.975) / studentQuantile(0.975, number - 1);
  return Math.max(1, Math.min(images, (spread / variance) * t ** 2));
}

/**
 * The mean of independent shares with 95 % limits: MOVER, from the mid-P limits of each. Where the shares are alike and
 * near 0 or 1 these are too close on that side; there they reach to the limits of one share of as many images, beyond which
 * no mixture of shares spreads (Hoeffding), of more where the shares are seen to differ, but never so far that they are wider than MOVER of the exact limits.
 *
 * Source: Zou and Donner 2008, "Construction of confidence limits about effect measures"; Hoeffding 1956, "On the
 * distribution of the number of successes in independent trials". Coverage: docs/measurements/evaluation.md.
 *
 * @throws LeukogramError ERR_SHAPE without shares, ERR_DATA if one is not in [0, 1].
 */
export function meanOfShares(shares: readonly Share[]): Estimate {
  requireSameLength("meanOfShares", [shares.length, shares.length]);
  for (const [i, { value, of }] of shares.entries()) requireShare(`meanOfShares share ${i}`, value, of);
  const own = meanOfEstimates(shares.map((share) => ({ value: share.value, ...shareLimits(share) })));
  if (shares.some(({ of }) => of === 0)) return own;
  const exact = meanOfEstimates(shares.map(({ value, of }) => ({ value, ...clopperPearsonOf(value * of, of) })));
  const of = imagesAsOne(shares, own.value);
  const pooled = shareLimits({ value: own.value, of });
  const [down, up] = [Math.max(0, own.low - pooled.low), Math.max(0, pooled.high - own.high)];
  const room = Math.max(0, exact.high - exact.low - (own.high - own.low));
  const part = down + up > room ? room / (down + up) : 1;
  return { value: own.value, low: own.low - part * down, high: own.high + part * up };
}

const varianceOf = (value: number, of: number) =>
  of > 1 ? (value * (1 - value)) / (of - 1) : Number.POSITIVE_INFINITY;

// Of how many images one share would be as uncertain as this mean: fewest where all shares are alike.
function imagesAsOne(shares: readonly Share[], mean: number): number {
  const classes = shares.length ** 2;
  const alike = classes / shares.reduce((sum, { of }) => sum + 1 / of, 0);
  const variance = shares.reduce((sum, { value, of }) => sum + varianceOf(value, of), 0);
  const seen = variance > 0 ? (classes * mean * (1 - mean)) / variance : 0;
  return Math.max(alike, seen);
}

/**
 * The mean of independent figures in [0, 1] and its limits, from those of each: MOVER, which keeps what their limits keep.
 *
 * Source: Zou and Donner 2008, "Construction of confidence limits about effect measures".
 *
 * @param range least and most that the mean can be; default 0 and 1.
 * @throws LeukogramError ERR_SHAPE without figures, ERR_DATA if a number is not finite.
 */
export function meanOfEstimates(figures: readonly Estimate[], { least = 0, most = 1 } = {}): Estimate {
  requireSameLength("meanOfEstimates", [figures.length, figures.length]);
  for (const [i, { value, low, high }] of figures.entries())
    requireNumbers(`meanOfEstimates figure ${i}`, [value, low, high]);
  requireNumbers("meanOfEstimates range", [least, most]);
  const value = figures.reduce((sum, figure) => sum + figure.value, 0) / figures.length;
  const reach = (of: (figure: Estimate) => number) =>
    Math.sqrt(figures.reduce((sum, figure) => sum + of(figure) ** 2, 0)) / figures.length;
  return {
    value,
    low: Math.max(least, value - reach((figure) => figure.value - figure.low)),
    high: Math.min(most, value + reach((figure) => figure.high - figure.value)),
  };
}

/**
 * First less second of two independent figures, and its limits from those of each: MOVER.
 *
 * Source: Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10, with
 * whatever limits are given; Zou and Donner 2008.
 *
 * @throws LeukogramError ERR_DATA if a number is not finite.
 */
export function differenceOfEstimates(first: Estimate, second: Estimate): Estimate {
  for (const [where, { value, low, high }] of [["first", first] as const, ["second", second] as const])
    requireNumbers(`differenceOfEstimates ${where}`, [value, low, high]);
  const value = first.value - second.value;
  return {
    value,
    low: value - Math.hypot(first.value - first.low, second.high - second.value),
    high: value + Math.hypot(first.high - first.value, second.value - second.low),
  };
}
