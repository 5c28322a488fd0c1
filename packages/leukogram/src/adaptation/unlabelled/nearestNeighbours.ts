import { type Rows, unitRows } from "./principalComponents.ts";

/** The nearest others of each row, and how much the word of each counts. */
export interface Neighbours {
  /** How many each row has. */
  readonly each: number;
  /** Indices of rows, [N, each], nearest first. */
  readonly indices: Int32Array;
  /** Weights, [N, each]; those of a row sum to 1. */
  readonly weights: Float64Array;
}

/**
 * The `k` rows whose direction is nearest to each row's, weighted by the cosine where that is above 0. A row without
 * any such neighbour listens to all `k` alike.
 */
export function nearestNeighbours(rows: Rows, k: number): Neighbours {
  const { data, width } = unitRows(rows);
  const count = data.length / width;
  const each = Math.min(k, count - 1);
  const indices = new Int32Array(count * each);
  const weights = new Float64Array(count * each);
  const cosines = new Float64Array(count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += data[a * width + j]! * data[b * width + j]!;
      cosines[b] = sum;
    }
    const others = Array.from({ length: count }, (_, b) => b).filter((b) => b !== a);
    const nearest = others.sort((x, y) => cosines[y]! - cosines[x]! || x - y).slice(0, each);
    const total = nearest.reduce((sum, b) => sum + Math.max(0, cosines[b]!), 0);
    for (const [place, b] of nearest.entries()) {
      indices[a * each + place] = b;
      weights[a * each + place] = total > 0 ? Math.max(0, cosines[b]!) / total : 1 / each;
    }
  }
  return { each, indices, weights };
}
