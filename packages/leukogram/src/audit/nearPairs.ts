import type { Rng } from "@leukogram/engine/core/rng";

/** Points of variance 1 along each axis. */
export interface PointCloud {
  readonly count: number;
  readonly width: number;
  /** [count, width] */
  readonly data: Float32Array;
}

/** Options of {@link nearPairs}. */
export interface NearPairsOptions {
  readonly rng: Rng;
  /** How many times points are sorted into cells, each time with the cells' edges elsewhere; default 16. */
  readonly grids?: number;
  /** Axes that cells are cut along, from the first on; default all. */
  readonly axes?: number;
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
 * more points, the smaller the cells, so that the work grows with the number of points, not of pairs. Pairs are not
 * kept: memory is 8 bytes a point and grid.
 *
 * @returns each pair once, the smaller index first, in no order.
 */
export function* nearPairs(
  cloud: PointCloud,
  { rng, grids = 16, axes = cloud.width }: NearPairsOptions,
): Generator<readonly [number, number], void, undefined> {
  const { count } = cloud;
  const side = Math.min(LARGEST_SIDE, USUAL_SIDE * (USUAL_COUNT / count) ** (1 / Math.max(1, axes)));
  const seen: Grid[] = [];
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let g = 0; g < grids; g++) {
    const offsets = Float32Array.from({ length: axes }, () => rng.uniform(0, side));
    const { cells, places } = sortIntoCells(cloud, { offsets, side, order });
    for (let i = 0; i < count; i++) {
      const a = order[i]!;
      for (let j = i + 1; j < Math.min(count, i + 1 + CROWD) && cells[order[j]!] === cells[a]; j++)
        if (!seen.some((grid) => areTogether(grid, a, order[j]!))) yield [a, order[j]!];
    }
    seen.push({ cells, places });
  }
}

interface Grid {
  /** A number for the cell of each point; two cells may happen to share one. */
  readonly cells: Uint32Array;
  /** Where in its cell each point stands. */
  readonly places: Uint32Array;
}

interface Cut {
  readonly offsets: Float32Array;
  readonly side: number;
  /** All indices; sorted by cell here, within cells rising. */
  readonly order: Uint32Array;
}

function sortIntoCells({ count, width, data }: PointCloud, { offsets, side, order }: Cut): Grid {
  const cells = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let hash = 0;
    for (const [d, offset] of offsets.entries())
      hash = Math.imul(hash ^ Math.floor((data[i * width + d]! + offset) / side), 0x9e3779b1) ^ (hash >>> 15);
    cells[i] = hash;
  }
  order.sort((a, b) => cells[a]! - cells[b]! || a - b);
  const places = new Uint32Array(count);
  for (let i = 1; i < count; i++)
    places[order[i]!] = cells[order[i]!] === cells[order[i - 1]!] ? places[order[i - 1]!]! + 1 : 0;
  return { cells, places };
}

function areTogether({ cells, places }: Grid, a: number, b: number): boolean {
  return cells[a] === cells[b] && Math.abs(places[a]! - places[b]!) <= CROWD;
}
