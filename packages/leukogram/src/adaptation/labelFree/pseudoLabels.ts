import type { Rng } from "@leukogram/engine/core/rng";

/** Index of the most probable class of each row of probabilities [N, K]. */
export function mostProbable(probabilities: Float32Array, classes: number): number[] {
  return Array.from({ length: probabilities.length / classes }, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}

/** Mean of the rows of probabilities [N, K]: [K]. */
export function meanProbabilities(probabilities: Float32Array, classes: number): number[] {
  const sum = new Array<number>(classes).fill(0);
  for (const [i, p] of probabilities.entries()) sum[i % classes]! += p;
  return sum.map((value) => (value * classes) / probabilities.length);
}

/** Mean entropy of the rows of probabilities [N, K], as a share of its greatest value, ln K. */
export function meanEntropy(probabilities: Float32Array, classes: number): number {
  const sum = probabilities.reduce((total, p) => total - (p > 0 ? p * Math.log(p) : 0), 0);
  return (sum * classes) / probabilities.length / Math.log(classes);
}

/** Half the sum of differences of two distributions: the share that would have to move. */
export function totalVariation(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / 2;
}

/** Options of {@link balancedBatches}. */
export interface BalancedBatchesOptions {
  readonly classes: number;
  readonly batchSize: number;

  readonly rng: Rng;
}

/**
 * Batches of indices in which predicted classes are equally frequent, those of rare classes repeated, so that a
 * laboratory's mixture of cells is not taken for its stain. All are full; about as many draws as there are images.
 */
export function balancedBatches(
  predicted: readonly number[],
  { classes, batchSize, rng }: BalancedBatchesOptions,
): number[][] {
  const members = Array.from({ length: classes }, (_, k) => predicted.flatMap((p, i) => (p === k ? [i] : [])));
  const present = members.filter((indices) => indices.length > 0);
  const batches = Math.max(1, Math.round(predicted.length / batchSize));
  const draws = Math.ceil((batches * batchSize) / present.length);
  const order = present.flatMap((indices, k) => repeated(indices, draws, rng.fork(k)));
  // Dealt out like cards, so that every batch has its share of each class.
  const dealt = Array.from({ length: batches }, (): number[] => []);
  for (const [i, index] of order.slice(0, batches * batchSize).entries()) dealt[i % batches]!.push(index);
  return dealt;
}

function repeated(indices: readonly number[], count: number, rng: Rng): number[] {
  const out: number[] = [];
  for (let round = 0; out.length < count; round++)
    for (const i of rng.fork(round).permutation(indices.length)) if (out.length < count) out.push(indices[i]!);
  return out;
}
