import { requireProbabilities } from "./checkInputs.ts";
import { mean } from "./pairwiseSum.ts";

/** What an image can cost at most: its true class has no probability at all. */
export const MOST_LOSS = -Math.log(Number.EPSILON);

/**
 * The loss of each image, -ln of the probability of its true class, `[N]`, in nats.
 *
 * Probabilities are held within 2.2e-16 of 0 and 1, so that a sure mistake costs 36 and not infinity.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class.
 */
export function logLosses(labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): Float64Array {
  return lossesOf("logLosses", labels, probabilities);
}

function lossesOf(where: string, labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): Float64Array {
  requireProbabilities(where, labels, probabilities);
  return Float64Array.from(probabilities, (row, i) => {
    const held = Math.min(Math.max(row[labels[i]!]!, Number.EPSILON), 1 - Number.EPSILON);
    return -Math.log(held);
  });
}

/**
 * Mean of {@link logLosses}, in nats an image, at least 0. Source: scikit-learn `log_loss`.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class.
 */
export function logLoss(labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): number {
  return mean(lossesOf("logLoss", labels, probabilities));
}

/**
 * Squared error of each image's probabilities, summed over classes, `[N]`, each in [0, 2].
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class.
 */
export function brierScores(labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): Float64Array {
  return errorsOf("brierScores", labels, probabilities);
}

function errorsOf(where: string, labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): Float64Array {
  requireProbabilities(where, labels, probabilities);
  return Float64Array.from(probabilities, (row, i) => {
    let sum = 0;
    for (let k = 0; k < row.length; k++) sum += (row[k]! - (k === labels[i] ? 1 : 0)) ** 2;
    return sum;
  });
}

/**
 * Mean of {@link brierScores}, in [0, 2].
 *
 * Source: Brier 1950, the form for many classes; twice scikit-learn's `brier_score_loss` for two.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class.
 */
export function brierScore(labels: ArrayLike<number>, probabilities: readonly ArrayLike<number>[]): number {
  return mean(errorsOf("brierScore", labels, probabilities));
}
