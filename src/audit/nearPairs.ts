import type { Rng } from "../core/rng.ts";

/** Options of {@link nearPairs}. */
export interface NearPairsOptions {
  readonly rng: Rng;
  /** How many times points are sorted into cells, each time with the cells' edges elsewhere; default 16. */
  readonly grids?: number;
}

/** Points in one cell of a grid that are compared each with each; of more, each with this many others. */
const CROWD = 48;
/** Side of a cell among {@link USUAL_COUNT} points, standard deviations. */
const USUAL_SIDE = 1.3;
const USUAL_COUNT = 2500;
const LARGEST_SIDE = 2;

/**
 * Pairs of points that may be near each other in all coordinates: those that fall into the same cell of one of
 * several grids with random edges (locality-sensitive hashing; Datar et al. 2004). Two points whose coordinates differ
 * by d_i share a cell of one grid with probability prod(1 - d_i / side), so near pairs are hardly ever missed. The
 * more points, the smaller the cells, so that the work grows with the number of points, not of pairs.
 *
 * @param points [N, D], of variance 1 along each axis.
 * @returns each pair once, the smaller index first.
 */
export function nearPairs(
  points: readonly Float32Array[],
  { rng, grids = 16 }: NearPairsOptions,
): (readonly [number, number])[] {
  const size = points.length;
  const width = points[0]?.length ?? 0;
  const side = Math.min(LARGEST_SIDE, USUAL_SIDE * (USUAL_COUNT / size) ** (1 / Math.max(1, width)));
  const seen = new Set<number>();
  for (let grid = 0; grid < grids; grid++) {
    const offsets = Float32Array.from({ length: width }, () => rng.uniform(0, side));
    const cells = new Map<string, number[]>();
    for (const [i, point] of points.entries()) {
      const key = point.reduce((text, value, d) => `${text},${Math.floor((value + offsets[d]!) / side)}`, "");
      const members = cells.get(key);
      if (members === undefined) cells.set(key, [i]);
      else members.push(i);
    }
    for (const members of cells.values())
      for (const [a, first] of members.entries())
        for (let b = a + 1; b < Math.min(members.length, a + 1 + CROWD); b++) seen.add(first * size + members[b]!);
  }
  return [...seen].sort((a, b) => a - b).map((code) => [Math.floor(code / size), code % size] as const);
}
