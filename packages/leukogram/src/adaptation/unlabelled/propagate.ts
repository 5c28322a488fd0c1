import type { Neighbours } from "./nearestNeighbours.ts";

/** Options of {@link propagate}. */
export interface PropagateOptions {
  /** How much neighbours count against a cell's own answer, 0 to 1. */
  readonly share: number;
  readonly rounds: number;
  /** The surer a first answer, the less its neighbours count: share * (1 - p ^ certainty), p of the most probable class. */
  readonly certainty: number;
  /** Class of the cells whose class is known, by row: they are held to it. */
  readonly known?: ReadonlyMap<number, number>;
}

/**
 * Lets neighbours vote on each cell, round by round: p = share * (mean of the neighbours' p) + (1 - share) * its own
 * first answer (Zhou et al. 2004, "Learning with local and global consistency"; that sure cells hold to their answer is
 * our change, without which rare classes were voted away). Nothing pulls at how frequent classes are. Rows of
 * probabilities [N][K] in and out.
 */
export function propagate(
  own: readonly (readonly number[])[],
  { each, indices, weights }: Neighbours,
  { share, rounds, certainty, known = new Map() }: PropagateOptions,
): number[][] {
  const classes = own[0]?.length ?? 0;
  const hold = (rows: readonly (readonly number[])[]) =>
    rows.map((row, i) => {
      const label = known.get(i);
      return label === undefined ? [...row] : row.map((_, k) => (k === label ? 1 : 0));
    });
  const start = hold(own);
  const shares = start.map((row) => (each === 0 ? 0 : share * (1 - Math.max(...row) ** certainty)));
  let rows = start;
  for (let round = 0; round < rounds; round++) {
    const before = rows;
    rows = hold(
      start.map((first, i) => {
        const next = first.map((value) => (1 - shares[i]!) * value);
        for (let n = i * each; n < (i + 1) * each; n++) {
          const other = before[indices[n]!]!;
          for (let k = 0; k < classes; k++) next[k]! += shares[i]! * weights[n]! * other[k]!;
        }
        return next;
      }),
    );
  }
  return rows;
}
