import type { Estimate } from "@leukogram/engine/core/estimate";
import type { Rng } from "@leukogram/engine/core/rng";
import { requireConfidence, requireGroups, requireSetting, requireSomeNumbers } from "../checkInputs.ts";
import { drawnQuantiles } from "../quantile.ts";
import { normalSurvival, studentQuantile } from "./distributions.ts";

/** Gives one or more figures, `[F]`, with image i counted `weights[i]` times; NaN if a figure is undefined. */
export type WeightedStatistic = (weights: Uint32Array) => ArrayLike<number>;

/** Options of {@link stratifiedBootstrap} and {@link pairedBootstrap}. */
export interface BootstrapOptions {
  readonly rng: Rng;
  /** Default 2000. */
  readonly resamples?: number;
  /** Images of one group are drawn together, `[N]`; each image for itself if left out. */
  readonly groups?: ArrayLike<string | number>;
  /** Default 0.95. */
  readonly confidence?: number;
}

/**
 * Figures with percentile limits, by drawing images with replacement inside each true class.
 *
 * Where `groups` are given, whole groups are drawn: those of one class inside that class, and those that hold images
 * of several classes (a slide, a patient) among themselves, so that class counts then vary. Resamples in which a
 * figure is undefined do not count for it. Limits are widened to hold the figure itself where they would not, and are
 * NaN with it. They are a point where no resample differs, which says nothing of certainty. The quantiles lie farther
 * out where groups are few, as resamples of few vary too little (expanded percentiles).
 * Source: Efron and Tibshirani 1993, chapters 8 and 13; Hesterberg 2015, "What teachers should know about the
 * bootstrap"; quantiles as `numpy.quantile`, linear.
 *
 * @param labels true classes, `[N]`.
 * @param statistic called once a resample; may reuse what it returns.
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no whole number of 0
 *   or more, ERR_USAGE if `resamples` is below 1 or `confidence` not in (0, 1).
 */
export function stratifiedBootstrap(
  labels: ArrayLike<number>,
  statistic: WeightedStatistic,
  options: BootstrapOptions,
): Estimate[] {
  return bootstrap("stratifiedBootstrap", { labels, statistic, ...options });
}

interface Resampling extends BootstrapOptions {
  readonly labels: ArrayLike<number>;
  readonly statistic: WeightedStatistic;
}

function bootstrap(
  where: string,
  { labels, statistic, rng, resamples = 2000, groups, confidence = 0.95 }: Resampling,
): Estimate[] {
  requireSetting(where, ["resamples", resamples], { least: 1, whole: true });
  requireConfidence(where, confidence);
  requireStrata(where, labels, groups);
  const strata = buildStrata(labels, groups);
  const values = Float64Array.from(statistic(new Uint32Array(labels.length).fill(1)));
  const draws = Array.from(values, () => new Float64Array(resamples));
  const weights = new Uint32Array(labels.length);
  for (let r = 0; r < resamples; r++) {
    drawWeights(strata, { rng, weights });
    const figures = statistic(weights);
    for (let f = 0; f < draws.length; f++) draws[f]![r] = figures[f]!;
  }
  const tail = expandedTail(strata, (1 - confidence) / 2);
  return draws.map((drawn, f) => percentileLimits(values[f]!, drawn, tail));
}

// Resamples vary by the variance with divisor n, not n - 1, in each stratum, and limits by it need Student's t.
function expandedTail(strata: readonly Stratum[], tail: number): number {
  const clusters = strata.reduce((sum, stratum) => sum + stratum.clusters, 0);
  const free = clusters - strata.length;
  if (free === 0) return 0;
  return normalSurvival(studentQuantile(1 - tail, free) * Math.sqrt(clusters / free));
}

/**
 * First less second of two sets of figures over the same resamples, so that what both share cancels.
 *
 * @throws LeukogramError as {@link stratifiedBootstrap}.
 */
export function pairedBootstrap(
  labels: ArrayLike<number>,
  [first, second]: readonly [WeightedStatistic, WeightedStatistic],
  options: BootstrapOptions,
): Estimate[] {
  const difference: WeightedStatistic = (weights) => {
    // Copied first, because both statistics may fill the same array.
    const left = Float64Array.from(first(weights));
    const right = second(weights);
    return left.map((value, f) => value - right[f]!);
  };
  return bootstrap("pairedBootstrap", { labels, statistic: difference, ...options });
}

/**
 * How many strata hold a single group, which every resample draws once, so that limits neglect how it might vary.
 *
 * @param labels true classes, `[N]`.
 * @param groups group of each image, `[N]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no whole number of 0 or more.
 */
export function countLoneStrata(labels: ArrayLike<number>, groups: ArrayLike<string | number>): number {
  requireStrata("countLoneStrata", labels, groups);
  return buildStrata(labels, groups).filter(({ clusters }) => clusters === 1).length;
}

function requireStrata(where: string, labels: ArrayLike<number>, groups: ArrayLike<string | number> | undefined): void {
  if (groups !== undefined) requireGroups(where, groups, labels.length);
  requireSomeNumbers(`${where} labels`, labels, { least: 0, whole: true });
}

/** Images of one stratum, those that are drawn together in a row: cluster c is `images[starts[c]]` to `images[starts[c + 1] - 1]`. */
interface Stratum {
  readonly clusters: number;
  readonly images: Int32Array;
  readonly starts: Int32Array;
}

function buildStrata(labels: ArrayLike<number>, groups: ArrayLike<string | number> | undefined): Stratum[] {
  const clusters = new Map<string | number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const key = groups === undefined ? i : groups[i]!;
    const cluster = clusters.get(key);
    if (cluster === undefined) clusters.set(key, [i]);
    else cluster.push(i);
  }
  const strata = new Map<number, number[][]>();
  for (const cluster of clusters.values()) {
    const label = labels[cluster[0]!]!;
    const stratum = cluster.every((i) => labels[i] === label) ? label : -1;
    const held = strata.get(stratum);
    if (held === undefined) strata.set(stratum, [cluster]);
    else held.push(cluster);
  }
  return Array.from(strata.values(), inOneRow);
}

function inOneRow(clusters: readonly (readonly number[])[]): Stratum {
  const starts = new Int32Array(clusters.length + 1);
  for (const [c, cluster] of clusters.entries()) starts[c + 1] = starts[c]! + cluster.length;
  return { clusters: clusters.length, images: Int32Array.from(clusters.flat()), starts };
}

function drawWeights(strata: readonly Stratum[], { rng, weights }: { rng: Rng; weights: Uint32Array }): void {
  weights.fill(0);
  for (const { clusters, images, starts } of strata) {
    if (clusters === images.length) {
      for (let drawn = 0; drawn < clusters; drawn++) weights[images[rng.integer(clusters)]!]!++;
      continue;
    }
    for (let drawn = 0; drawn < clusters; drawn++) {
      const cluster = rng.integer(clusters);
      for (let at = starts[cluster]!; at < starts[cluster + 1]!; at++) weights[images[at]!]!++;
    }
  }
}

function percentileLimits(value: number, drawn: Float64Array, tail: number): Estimate {
  let defined = 0;
  for (const figure of drawn) if (!Number.isNaN(figure)) drawn[defined++] = figure;
  if (Number.isNaN(value) || defined === 0) return { value, low: value, high: value };
  const [low, high] = drawnQuantiles(drawn.subarray(0, defined), [tail, 1 - tail]);
  return { value, low: Math.min(value, low!), high: Math.max(value, high!) };
}
