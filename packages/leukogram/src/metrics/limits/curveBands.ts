import type { Estimate } from "@leukogram/engine/core/estimate";
import type { Rng } from "@leukogram/engine/core/rng";
import { averagePrecision } from "../averagePrecision.ts";
import { requireGroups, requireSetting } from "../checkInputs.ts";
import { countsByThreshold, rankByScore, requireScored } from "../rocCurve.ts";
import { stratifiedBootstrap } from "./bootstrap.ts";

/** A precision-recall curve: one point a threshold, from the lowest to the highest. */
export interface PrecisionRecallCurve {
  /** Falling from 1; the last is 0. */
  readonly recall: readonly number[];
  /** The last is 1, by definition. */
  readonly precision: readonly number[];
  /** Lowest score that counts as positive; one fewer than there are points. */
  readonly thresholds: readonly number[];
}

/**
 * Precision and recall of one class against the rest, by threshold.
 *
 * Source: scikit-learn `precision_recall_curve`.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a score is not finite.
 */
export function precisionRecallCurve(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): PrecisionRecallCurve {
  requireScored("precisionRecallCurve", positive, scores);
  const { truePositives, falsePositives, thresholds } = countsByThreshold(positive, scores);
  const total = truePositives.at(-1)!;
  const recall = truePositives.map((found) => (total === 0 ? 1 : found / total));
  const precision = truePositives.map((found, i) => found / (found + falsePositives[i]!));
  return {
    recall: [...recall.reverse(), 0],
    precision: [...precision.reverse(), 1],
    thresholds: [...thresholds].reverse(),
  };
}

/** Limits of a curve's height at each of some places. */
export interface Band {
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Bands of a class's curves, and its average precision. */
export interface CurveBands {
  /** True positive rate by false positive rate. */
  readonly roc: Band;
  /** Precision by recall. */
  readonly precisionRecall: Band;
  readonly averagePrecision: Estimate;
}

/** Options of {@link curveBands}. */
export interface CurveBandsOptions {
  readonly rng: Rng;
  /** Default 500. */
  readonly resamples?: number;
  readonly groups?: ArrayLike<string | number>;
}

/** Places of the bands, closer at both ends, where good curves bend. */
const PLACES = Array.from({ length: 61 }, (_, i) => (1 - Math.cos((Math.PI * i) / 60)) / 2);

/**
 * Pointwise 95 % bands of the ROC and precision-recall curves of one class against the rest, by bootstrap inside the
 * class and outside of it: each place for itself, so that a curve leaves its band somewhere more often than one time in
 * twenty. Precision at a recall is the highest at any threshold that reaches it.
 *
 * Source: Fawcett 2006, vertical averaging.
 *
 * @throws LeukogramError as `stratifiedBootstrap`.
 */
export function curveBands(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
  { rng, resamples = 500, groups }: CurveBandsOptions,
): CurveBands {
  requireScored("curveBands", positive, scores);
  requireSetting("curveBands", ["resamples", resamples], { least: 1, whole: true });
  if (groups !== undefined) requireGroups("curveBands", groups, positive.length);
  const { order, endsTie } = rankByScore(scores);
  const isPositive = Uint8Array.from(order, (image) => (positive[image] ? 1 : 0));
  const strata = Array.from(positive, Number);
  const count = PLACES.length;
  const out = new Float64Array(2 * count + 1);
  const [truths, falses] = [new Float64Array(order.length + 1), new Float64Array(order.length + 1)];
  const statistic = (weights: ArrayLike<number>) => {
    let [found, wrong, points] = [0, 0, 0];
    for (let i = 0; i < order.length; i++) {
      const weight = weights[order[i]!]!;
      if (isPositive[i]) found += weight;
      else wrong += weight;
      if (!endsTie[i] || found + wrong === 0) continue;
      truths[++points] = found;
      falses[points] = wrong;
    }
    rocHeights({ truths, falses, points }, out);
    out[2 * count] = precisionHeights({ truths, falses, points }, out);
    return out;
  };
  const figures = stratifiedBootstrap(strata, statistic, { rng, resamples, ...(groups && { groups }) });
  const band = (from: number): Band => ({
    x: PLACES,
    low: figures.slice(from, from + count).map(({ low }) => low),
    high: figures.slice(from, from + count).map(({ high }) => high),
  });
  const value = averagePrecision(positive, scores) ?? Number.NaN;
  return { roc: band(0), precisionRecall: band(count), averagePrecision: { ...figures[2 * count]!, value } };
}

/** Counts at falling thresholds; entry 0 is above all scores. */
interface Counts {
  readonly truths: Float64Array;
  readonly falses: Float64Array;
  readonly points: number;
}

// The highest true positive rate at each false positive rate, straight lines between thresholds.
function rocHeights({ truths, falses, points }: Counts, out: Float64Array): void {
  const [positives, negatives] = [truths[points]!, falses[points]!];
  let at = 0;
  for (let i = 0; i < PLACES.length; i++) {
    const wanted = PLACES[i]! * negatives;
    while (at < points && falses[at + 1]! <= wanted) at++;
    const [x0, y0] = [falses[at]!, truths[at]!];
    const rest = at < points ? ((wanted - x0) / (falses[at + 1]! - x0)) * (truths[at + 1]! - y0) : 0;
    out[i] = (y0 + rest) / positives;
  }
}

// The highest precision that goes with each recall or more, and the average precision.
function precisionHeights({ truths, falses, points }: Counts, out: Float64Array): number {
  const positives = truths[points]!;
  let [best, at, average] = [0, points, 0];
  for (let i = PLACES.length - 1; i >= 0; i--) {
    while (at > 0 && truths[at]! >= PLACES[i]! * positives - 1e-9) {
      best = Math.max(best, truths[at]! / (truths[at]! + falses[at]!));
      at--;
    }
    out[PLACES.length + i] = best;
  }
  for (let p = 1; p <= points; p++)
    average += ((truths[p]! - truths[p - 1]!) / positives) * (truths[p]! / (truths[p]! + falses[p]!));
  return average;
}
