import type { Field } from "./microscopy/field.ts";
import type { PixelTarget } from "./pictures/pixelLayout.ts";

/** Pixels beside each other in a row of a picture whose places in the source lie on a straight line. */
export interface Run {
  readonly row: number;
  /** The first column, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Place of the first pixel in the source: row and column. */
  readonly y: number;
  readonly x: number;
  /** Steps from one pixel to the next. */
  readonly yStep: number;
  readonly xStep: number;
}

/** Longest side of a source; 16.16 fixed point holds no larger coordinate. */
export const LONGEST_SIDE = 32767;

/**
 * Samples a run, bilinear, into `out` where `target` puts its pixels. All four neighbours of each place lie inside the
 * source. The hot loop of training: coordinates in 16.16 fixed point, weights of 11 bits, so that 255 * 2^22 fits an int32.
 */
export function bilinearRun(
  { data, width }: Field,
  run: Run,
  { out, target: { rows, columns, channelStride } }: { readonly out: Uint8Array; readonly target: PixelTarget },
): void {
  const stride = width * 3;
  const outRow = rows[run.row]!;
  const yStep = Math.round(run.yStep * 65536);
  const xStep = Math.round(run.xStep * 65536);
  let y = Math.round(run.y * 65536);
  let x = Math.round(run.x * 65536);
  for (let column = run.from; column < run.to; column++) {
    const at = (y >> 16) * stride + (x >> 16) * 3;
    const down = (y >> 5) & 2047;
    const across = (x >> 5) & 2047;
    const both = down * across;
    const lower = (down << 11) - both; // weights: lower left, upper right, upper left
    const right = (across << 11) - both;
    const here = 4194304 - lower - right - both;
    const below = at + stride;
    const to0 = outRow + columns[column]!;
    const to1 = to0 + channelStride;
    out[to0] = (data[at]! * here + data[at + 3]! * right + data[below]! * lower + data[below + 3]! * both + HALF) >> 22;
    out[to1] =
      (data[at + 1]! * here + data[at + 4]! * right + data[below + 1]! * lower + data[below + 4]! * both + HALF) >> 22;
    out[to1 + channelStride] =
      (data[at + 2]! * here + data[at + 5]! * right + data[below + 2]! * lower + data[below + 5]! * both + HALF) >> 22;
    y = (y + yStep) | 0;
    x = (x + xStep) | 0;
  }
}

/** Half a grey level, with 22 bits after the point. */
const HALF = 1 << 21;
