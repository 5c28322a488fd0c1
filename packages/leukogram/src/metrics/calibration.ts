import type { Rng } from "@leukogram/engine/core/rng";
import {
  requireFlags,
  requireNumbers,
  requireProbabilities,
  requireSameLength,
  requireSetting,
  requireSomeNumbers,
} from "./checkInputs.ts";
import { clopperPearson, type Limits } from "./limits/proportion.ts";
import { quantile } from "./quantile.ts";

/** Images of like confidence. */
export interface CalibrationBin {
  readonly count: number;
  /** Mean confidence, 0 to 1. */
  readonly confidence: number;
  /** Share correct, with Clopper and Pearson's limits. */
  readonly accuracy: { readonly value: number } & Limits;
}

/** Options of {@link calibrationBins}. */
export interface CalibrationOptions {
  /** Default 15. */
  readonly bins?: number;
  /** "mass": as many images in each bin (adaptive); "width": bins of equal width. Default "mass". */
  readonly by?: "mass" | "width";
}

/**
 * Sorts images into bins by confidence: the points of a reliability diagram. Bins without images are left out.
 *
 * Source: Guo et al. 2017 for bins of equal width, Nguyen and O'Connor 2015 for as many images in each.
 *
 * @param confidence probability of the predicted class, `[N]`.
 * @param right whether the prediction is, `[N]`.
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a confidence is not in [0, 1] or `right` holds no flags, ERR_USAGE if
 *   `bins` is below 1.
 */
export function calibrationBins(
  confidence: ArrayLike<number>,
  right: ArrayLike<boolean | number>,
  options: CalibrationOptions = {},
): CalibrationBin[] {
  requireSameLength("calibrationBins", [confidence.length, right.length]);
  requireNumbers("calibrationBins confidence", confidence, SHARE);
  requireFlags("calibrationBins right", right);
  requireSetting("calibrationBins", ["bins", options.bins ?? BINS], COUNT);
  return binMembers(confidence, options).map((own) => {
    const hits = own.filter((i) => right[i]).length;
    return {
      count: own.length,
      confidence: own.reduce((sum, i) => sum + confidence[i]!, 0) / own.length,
      accuracy: { value: hits / own.length, ...clopperPearson(hits, own.length) },
    };
  });
}

const BINS = 15;
const SHARE = { least: 0, most: 1 } as const;
const COUNT = { least: 1, whole: true } as const;

// The images of each bin that has any.
function binMembers(confidence: ArrayLike<number>, { bins = BINS, by = "mass" }: CalibrationOptions): number[][] {
  const order = Array.from({ length: confidence.length }, (_, i) => i).sort((a, b) => confidence[a]! - confidence[b]!);
  const binOf =
    by === "width"
      ? (i: number) => Math.max(0, Math.ceil(confidence[i]! * bins) - 1)
      : (_: number, place: number) => Math.floor((place * bins) / order.length);
  const members = Array.from({ length: bins }, (): number[] => []);
  for (const [place, i] of order.entries()) members[binOf(i, place)]!.push(i);
  return members.filter(({ length }) => length > 0);
}

/** Options of {@link calibratedRange}. */
export interface CalibratedRangeOptions extends CalibrationOptions {
  readonly rng: Rng;
  /** Default 1000. */
  readonly draws?: number;
}

/**
 * What {@link calibrationError} would be, 95 of 100 times, if every confidence were right: it is never 0, as a bin's share
 * of right answers varies by chance. Above the range, the model is wrong about how sure it may be.
 *
 * Source: consistency resampling, Bröcker and Smith 2007.
 *
 * @throws ERR_SHAPE if there is no image, ERR_DATA if a confidence is not in [0, 1], ERR_USAGE if `bins` or `draws` is below 1.
 */
export function calibratedRange(
  confidence: ArrayLike<number>,
  { rng, draws = 1000, ...options }: CalibratedRangeOptions,
): Limits {
  requireSomeNumbers("calibratedRange confidence", confidence, SHARE);
  requireSetting("calibratedRange", ["bins", options.bins ?? BINS], COUNT);
  requireSetting("calibratedRange", ["draws", draws], COUNT);
  const members = binMembers(confidence, options).map((own) => Float64Array.from(own, (i) => confidence[i]!));
  const errors = Float64Array.from({ length: draws }, () => {
    let error = 0;
    for (const own of members) {
      let excess = 0;
      for (let i = 0; i < own.length; i++) excess += (rng.uniform() < own[i]! ? 1 : 0) - own[i]!;
      error += Math.abs(excess);
    }
    return error / confidence.length;
  }).sort();
  return { low: quantile(errors, 0.025), high: quantile(errors, 0.975) };
}

/**
 * Expected calibration error: how far confidence is from the share that is right, a mean over images, 0 to 1.
 *
 * Source: Naeini, Cooper and Hauskrecht 2015.
 *
 * @throws ERR_SHAPE without bins, ERR_DATA if a bin has no image or its shares are not in [0, 1].
 */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  requireSomeNumbers(
    "calibrationError counts",
    bins.map(({ count }) => count),
    COUNT,
  );
  for (const [i, { confidence, accuracy }] of bins.entries())
    requireNumbers(`calibrationError bin ${i}`, [confidence, accuracy.value], SHARE);
  const images = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce(
    (sum, { count, confidence, accuracy }) => sum + (count / images) * Math.abs(confidence - accuracy.value),
    0,
  );
}

/**
 * Probabilities after dividing their logarithms by a temperature: above 1 they become less sure.
 *
 * @throws ERR_SHAPE without probabilities, ERR_DATA if one is below 0, ERR_USAGE if `temperature` is not above 0.
 */
export function withTemperature(probabilities: ArrayLike<number>, temperature: number): number[] {
  requireSomeNumbers("withTemperature", probabilities, { least: 0 });
  requireSetting("withTemperature", ["temperature", temperature], { above: 0 });
  return tempered(probabilities, temperature);
}

function tempered(probabilities: ArrayLike<number>, temperature: number): number[] {
  const logits = Array.from(probabilities, (p) => Math.log(Math.max(p, 1e-300)) / temperature);
  const most = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const COLDEST = 0.02;
const HOTTEST = 50;

/**
 * The temperature under which the true classes are most probable, 0.02 to 50. Fit it on validation images alone.
 *
 * Source: Guo et al. 2017. The loss is convex in 1 / temperature, so its slope is brought to 0 by halving.
 *
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class.
 */
export function fitTemperature(labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): number {
  requireProbabilities("fitTemperature", labels, probabilities);
  const logs = probabilities.map((row) => Float64Array.from(row, (p) => Math.log(Math.max(p, 1e-300))));
  const slope = (inverse: number) =>
    probabilities.reduce((sum, row, i) => {
      const softened = tempered(row, 1 / inverse);
      const expected = softened.reduce((total, p, k) => total + p * logs[i]![k]!, 0);
      return sum + expected - logs[i]![labels[i]!]!;
    }, 0);
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / Math.sqrt(low * high);
}
