import { LeukogramError } from "@leukogram/engine/core/errors";

/** Rows by columns of counts: true classes by predicted ones, or of weights. */
export type Matrix = readonly (readonly number[])[];

/**
 * Makes sure that two lists hold one entry an image each, and at least one.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0.
 */
export function requireSameLength(where: string, lengths: readonly [number, number]): void {
  const [first, second] = lengths;
  if (first !== second || first === 0) {
    throw new LeukogramError("ERR_SHAPE", `${where}: expected two lists of N >= 1, received ${first} and ${second}`, {
      hint: "Give one entry an image in both.",
    });
  }
}

/**
 * Makes sure that every label is the index of a class.
 *
 * @throws LeukogramError ERR_DATA if a label is no whole number in [0, numClasses).
 */
export function requireLabels(where: string, labels: ArrayLike<number>, numClasses: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    throw new LeukogramError("ERR_DATA", `${where}: entry ${i} is ${label}, expected an index below ${numClasses}`, {
      hint: "Give indices into the list of classes, and leave images of unknown class out.",
    });
  }
}

/**
 * Makes sure that every image has one probability a class and a label, and returns the number of classes.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ, ERR_DATA if a label is no index of a class.
 */
export function requireProbabilities(
  where: string,
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
): number {
  requireSameLength(where, [labels.length, probabilities.length]);
  const numClasses = probabilities[0]!.length;
  const odd = probabilities.findIndex((row) => row.length !== numClasses);
  if (odd >= 0) {
    const received = `row ${odd} with ${probabilities[odd]!.length}`;
    throw new LeukogramError("ERR_SHAPE", `${where}: expected [N, ${numClasses}], received ${received}`, {
      hint: "Give one probability a class in every row.",
    });
  }
  requireLabels(where, labels, numClasses);
  return numClasses;
}
