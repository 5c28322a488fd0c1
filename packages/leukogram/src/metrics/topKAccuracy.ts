import { requireProbabilities, requireSetting, requireSomeNumbers } from "./checkInputs.ts";

/**
 * Index of the highest probability; of equals the first, as `numpy.argmax`.
 *
 * @throws LeukogramError ERR_SHAPE without numbers, ERR_DATA if one is not finite.
 */
export function argmax(probabilities: ArrayLike<number>): number {
  requireSomeNumbers("argmax", probabilities);
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k]! > probabilities[best]!) best = k;
  return best;
}

/**
 * The share of images whose true class is among the `k` most probable, in [0, 1]; of equals the last comes first.
 *
 * Source: scikit-learn `top_k_accuracy_score`, its order of ties included.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class, ERR_USAGE
 *   if `k` is no whole number above 0.
 */
export function topKAccuracy(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  { k = 2 } = {},
): number {
  requireProbabilities("topKAccuracy", labels, probabilities);
  requireSetting("topKAccuracy", ["k", k], { least: 1, whole: true });
  let hits = 0;
  for (const [i, row] of probabilities.entries()) {
    const label = labels[i]!;
    let ahead = 0;
    for (let j = 0; j < row.length; j++) {
      if (row[j]! > row[label]! || (row[j] === row[label] && j > label)) ahead++;
    }
    if (ahead < k) hits++;
  }
  return hits / labels.length;
}
