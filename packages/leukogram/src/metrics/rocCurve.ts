import { requireFlags, requireNumbers, requireSameLength, requireSomeNumbers } from "./checkInputs.ts";

/** Images in falling order of score, with the ends of runs of equal scores. */
export interface Ranking {
  /** Indices of images, `[N]`. */
  readonly order: Int32Array;
  /** 1 if the next image has a lower score, or there is none, `[N]`. */
  readonly endsTie: Uint8Array;
}

/**
 * Ranks images by falling score.
 *
 * @throws LeukogramError ERR_SHAPE without scores, ERR_DATA if one is not finite.
 */
export function rankByScore(scores: ArrayLike<number>): Ranking {
  requireSomeNumbers("rankByScore", scores);
  const images = scores.length;
  const rising = Float64Array.from(scores).sort();
  // Sorting numbers and looking up each takes a third of the time of sorting images by a comparison of ours.
  const order = new Int32Array(images);
  const taken = new Int32Array(images);
  for (let i = 0; i < images; i++) {
    const last = lastPlace(rising, scores[i]!);
    order[images - 1 - last + taken[last]!++] = i;
  }
  const endsTie = new Uint8Array(images);
  for (let place = 0; place < images; place++)
    endsTie[place] = place + 1 === images || rising[images - 2 - place] !== rising[images - 1 - place] ? 1 : 0;
  return { order, endsTie };
}

// Where the last of the values that equal `value` stands, which is one of them.
function lastPlace(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Makes sure that every image has a score and is said to be of the class or not.
 *
 * @param positive 1 or true for images of the class, `[N]`.
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if an entry is no flag or a score is not finite.
 */
export function requireScored(where: string, positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): void {
  requireSameLength(where, [positive.length, scores.length]);
  requireFlags(`${where} positive`, positive);
  requireNumbers(`${where} scores`, scores);
}

/** True and false positives at each distinct score, from the highest down. */
export interface ThresholdCounts {
  readonly truePositives: readonly number[];
  readonly falsePositives: readonly number[];
  readonly thresholds: readonly number[];
}

/**
 * Counts positives at or above each distinct score; `positive` holds 1 or true for images of the class, `[N]`.
 *
 * Source: scikit-learn `confusion_matrix_at_thresholds`.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a score is not finite.
 */
export function countsByThreshold(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): ThresholdCounts {
  requireScored("countsByThreshold", positive, scores);
  const { order, endsTie } = rankByScore(scores);
  const counts = { truePositives: [] as number[], falsePositives: [] as number[], thresholds: [] as number[] };
  let found = 0;
  for (let i = 0; i < order.length; i++) {
    if (positive[order[i]!]) found++;
    if (!endsTie[i]) continue;
    counts.truePositives.push(found);
    counts.falsePositives.push(i + 1 - found);
    counts.thresholds.push(scores[order[i]!]!);
  }
  return counts;
}

/** A receiver operating characteristic: one point a threshold, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** False positive rates, rising from 0 to 1; NaN if every image is positive. */
  readonly fpr: readonly number[];
  /** True positive rates, rising from 0 to 1; NaN if no image is positive. */
  readonly tpr: readonly number[];
  /** Lowest score that counts as positive; the first is Infinity. */
  readonly thresholds: readonly number[];
}

/**
 * The ROC curve of one class against the rest.
 *
 * With `dropIntermediate`, points in the middle of three that are evenly spaced on a line are left out.
 * Source: scikit-learn `roc_curve` (1.3 and later).
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a score is not finite.
 */
export function rocCurve(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
  { dropIntermediate = true } = {},
): RocCurve {
  requireScored("rocCurve", positive, scores);
  const { truePositives, falsePositives, thresholds } = countsByThreshold(positive, scores);
  const last = thresholds.length - 1;
  const bends = (values: readonly number[], i: number) => values[i - 1]! - 2 * values[i]! + values[i + 1]! !== 0;
  const keeps = (i: number) =>
    !dropIntermediate || i === 0 || i === last || bends(truePositives, i) || bends(falsePositives, i);
  const kept = thresholds.map((_, i) => i).filter(keeps);
  const rates = (counts: readonly number[]) => {
    const total = counts[last]!;
    return [0, ...kept.map((i) => counts[i]!)].map((count) => (total === 0 ? Number.NaN : count / total));
  };
  return {
    fpr: rates(falsePositives),
    tpr: rates(truePositives),
    thresholds: [Number.POSITIVE_INFINITY, ...kept.map((i) => thresholds[i]!)],
  };
}
