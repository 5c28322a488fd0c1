import { type NearPairsOptions, nearPairs, type PointCloud } from "./nearPairs.ts";

/** Options of {@link nearestNeighbours}. */
export interface NeighboursOptions extends NearPairsOptions {
  /** Neighbours of each point. */
  readonly each: number;
}

/**
 * The nearest other points of each point, by all coordinates, among those that {@link nearPairs} brings together. Memory: 8
 * bytes a neighbour.
 *
 * @returns each pair of which one is among the nearest of the other, once, the smaller index first.
 */
export function* nearestNeighbours(
  cloud: PointCloud,
  { each, ...options }: NeighboursOptions,
): Generator<readonly [number, number], void, undefined> {
  const nearest = new Int32Array(cloud.count * each).fill(-1);
  const distances = new Float32Array(cloud.count * each).fill(Infinity);
  const keep = (point: number, other: number, distance: number) => {
    const start = point * each;
    let at = start + each - 1;
    if (distance >= distances[at]!) return;
    for (; at > start && distances[at - 1]! > distance; at--) {
      distances[at] = distances[at - 1]!;
      nearest[at] = nearest[at - 1]!;
    }
    distances[at] = distance;
    nearest[at] = other;
  };
  for (const [a, b] of nearPairs(cloud, options)) {
    const distance = squaredDistance(cloud, a, b);
    keep(a, b, distance);
    keep(b, a, distance);
  }
  const isNear = (a: number, b: number) => nearest.subarray(a * each, (a + 1) * each).includes(b);
  for (let a = 0; a < cloud.count; a++)
    for (let i = 0; i < each; i++) {
      const b = nearest[a * each + i]!;
      if (b > a || (b >= 0 && !isNear(b, a))) yield a < b ? [a, b] : [b, a];
    }
}

function squaredDistance({ data, width }: PointCloud, a: number, b: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += (data[a * width + d]! - data[b * width + d]!) ** 2;
  return sum;
}
