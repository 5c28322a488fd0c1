import { LeukogramError } from "@leukogram/engine/core/errors";
import { requireProbabilities } from "./checkInputs.ts";

/** Index of the highest probability; of equals the first, as `numpy.argmax`. */
export function argmax(probabilities: ArrayLike<number>): number {
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
  if (!Number.isInteger(k) || k < 1) {
    throw new LeukogramError("ERR_USAGE", `topKAccuracy: k is ${k}, expected a whole number of 1 or more`);
  }
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
