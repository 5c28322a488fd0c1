import type { Rng } from "@leukogram/engine/core/rng";

/** Cells along each side of an {@link ElasticGrid}. */
export const ELASTIC_CELLS = 8;

const KNOTS = ELASTIC_CELLS + 1;
const CONTROLS = 6;

/** A smooth displacement, at the knots of a grid over the picture: [9 * 9], shares of the picture's side. */
export interface ElasticGrid {
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/**
 * Draws a smooth bending of at most `most`, a share of the picture's side: a uniform cubic B-spline over 6 x 6 control
 * points, which stays within their range (de Boor, A Practical Guide to Splines, chapter IX).
 */
export function drawElastic(rng: Rng, most: number): ElasticGrid {
  return { dx: smoothField(rng, most), dy: smoothField(rng, most) };
}

function smoothField(rng: Rng, most: number): Float32Array {
  const controls = Array.from({ length: CONTROLS * CONTROLS }, () => rng.uniform(-most, most));
  const out = new Float32Array(KNOTS * KNOTS);
  for (let row = 0; row < KNOTS; row++) {
    for (let column = 0; column < KNOTS; column++) {
      let sum = 0;
      for (const [i, down] of WEIGHTS[row]!.entries()) {
        for (const [j, across] of WEIGHTS[column]!.entries()) sum += down * across * controls[i * CONTROLS + j]!;
      }
      out[row * KNOTS + column] = sum;
    }
  }
  return out;
}

// Weight of each control point at each knot, [9][6]; 3 spans of the spline cover the grid.
const WEIGHTS: readonly (readonly number[])[] = Array.from({ length: KNOTS }, (_, knot) => {
  const at = (knot / ELASTIC_CELLS) * (CONTROLS - 3);
  const span = Math.min(Math.floor(at), CONTROLS - 4);
  const t = at - span;
  const weights = new Array<number>(CONTROLS).fill(0);
  weights[span] = (1 - t) ** 3 / 6;
  weights[span + 1] = (3 * t ** 3 - 6 * t ** 2 + 4) / 6;
  weights[span + 2] = (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6;
  weights[span + 3] = t ** 3 / 6;
  return weights;
});
