import { bilinearRun, LONGEST_SIDE } from "../bilinearRun.ts";
import { interleavedTarget, type PixelTarget } from "../pictures/pixelLayout.ts";
import type { AffineTransform } from "./augment.ts";

/** Where an output pixel comes from: inputRow = rowOffset + rowByRow * row + rowByColumn * column, likewise columns. */
interface Mapping {
  readonly rowByRow: number;
  readonly rowByColumn: number;
  readonly rowOffset: number;
  readonly columnByRow: number;
  readonly columnByColumn: number;
  readonly columnOffset: number;
}

/**
 * Applies a transform to `src` [height, width, 3], bilinear, the nearest edge pixel outside, into `out` of the same
 * size: `apply_affine_transform(order=1, fill_mode="nearest")` of keras.src.legacy.preprocessing.image, then the flips.
 *
 * uint8 goes by fixed point and is within one grey level of the rounded float32 result. Keras turns images that are
 * not square around a wrong centre; here it is the true one.
 */
export function applyAffine<T extends Uint8Array | Float32Array>(
  src: T,
  height: number,
  width: number,
  transform: AffineTransform,
  out: T,
): T {
  const target = interleavedTarget(height, width);
  if (src instanceof Uint8Array) affineInto(src, transform, out as Uint8Array, target);
  else affineFloat(src, height, width, transform, out as Float32Array);
  return out;
}

/** {@link applyAffine} of a uint8 image [height, width, 3], its output pixels where `target` puts them. */
export function affineInto(src: Uint8Array, transform: AffineTransform, out: Uint8Array, target: PixelTarget): void {
  const height = target.rows.length;
  const width = target.columns.length;
  const map = mapping(transform, height, width);
  const work: Work = { src, out, target, height, width, map };
  const source = { data: src, height, width };
  const { rowByColumn: yStep, columnByColumn: xStep } = map;
  for (let row = 0; row < height; row++) {
    const [from, to] = innerRange(work, row);
    clampedRow(work, row, 0, from);
    bilinearRun(source, { row, from, to, ...placeOf(map, row, from), yStep, xStep }, { out, target });
    clampedRow(work, row, to, width);
  }
}

interface Work {
  readonly src: Uint8Array;
  readonly out: Uint8Array;
  readonly target: PixelTarget;
  readonly height: number;
  readonly width: number;
  readonly map: Mapping;
}

function clampedRow({ src, out, target, height, width, map }: Work, row: number, from: number, to: number): void {
  for (let column = from; column < to; column++) {
    const place = placeOf(map, row, column);
    const [y, x] = [clamp(place.y, height - 1), clamp(place.x, width - 1)];
    const start = target.rows[row]! + target.columns[column]!;
    for (let channel = 0; channel < 3; channel++) {
      out[start + channel * target.channelStride] = (sample(src, height, width, y, x, channel) + 0.5) | 0;
    }
  }
}

function affineFloat(src: Float32Array, height: number, width: number, transform: AffineTransform, out: Float32Array) {
  const map = mapping(transform, height, width);
  let target = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const place = placeOf(map, row, column);
      const [y, x] = [clamp(place.y, height - 1), clamp(place.x, width - 1)];
      for (let channel = 0; channel < 3; channel++) out[target++] = sample(src, height, width, y, x, channel);
    }
  }
}

function sample(
  src: Uint8Array | Float32Array,
  height: number,
  width: number,
  y: number,
  x: number,
  channel: number,
): number {
  const top = Math.floor(y);
  const left = Math.floor(x);
  const upper = (top * width + left) * 3 + channel;
  const right = left + 1 < width ? 3 : 0;
  const below = top + 1 < height ? width * 3 : 0;
  const first = src[upper]! + (src[upper + right]! - src[upper]!) * (x - left);
  const second = src[upper + below]! + (src[upper + below + right]! - src[upper + below]!) * (x - left);
  return first + (second - first) * (y - top);
}

function placeOf(map: Mapping, row: number, column: number): { y: number; x: number } {
  return {
    y: map.rowOffset + map.rowByRow * row + map.rowByColumn * column,
    x: map.columnOffset + map.columnByRow * row + map.columnByColumn * column,
  };
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(value, last));
}

// Rotation, shift, shear and zoom in Keras's order, in (x, y), around the middle of the picture.
function mapping(transform: AffineTransform, height: number, width: number): Mapping {
  const { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical } = transform;
  const cos = Math.cos((theta * Math.PI) / 180);
  const sin = Math.sin((theta * Math.PI) / 180);
  const shearSin = Math.sin((shear * Math.PI) / 180);
  const shearCos = Math.cos((shear * Math.PI) / 180);
  const xx = cos * zx;
  const xy = (-cos * shearSin - sin * shearCos) * zy;
  const yx = sin * zx;
  const yy = (-sin * shearSin + cos * shearCos) * zy;
  const middleX = width / 2 - 0.5;
  const middleY = height / 2 - 0.5;
  const offsetX = middleX + cos * tx - sin * ty - xx * middleX - xy * middleY;
  const offsetY = middleY + sin * tx + cos * ty - yx * middleX - yy * middleY;
  // A flip reads the transformed picture from its other end.
  const lastX = flipHorizontal ? width - 1 : 0;
  const lastY = flipVertical ? height - 1 : 0;
  const signX = flipHorizontal ? -1 : 1;
  const signY = flipVertical ? -1 : 1;
  return {
    rowByRow: yy * signY,
    rowByColumn: yx * signX,
    rowOffset: offsetY + yy * lastY + yx * lastX,
    columnByRow: xy * signY,
    columnByColumn: xx * signX,
    columnOffset: offsetX + xy * lastY + xx * lastX,
  };
}

/** Columns [from, to) whose four neighbours all lie inside, by a margin for the fixed point's error. */
function innerRange({ height, width, map }: Work, row: number): [number, number] {
  if (Math.max(height, width) > LONGEST_SIDE) return [0, 0];
  const margin = 1 / 64 + width / 131072; // each step is off by up to 2^-17
  const y = map.rowOffset + map.rowByRow * row;
  const x = map.columnOffset + map.columnByRow * row;
  const [yFrom, yTo] = insideRange(y, map.rowByColumn, [margin, height - 1 - margin], width);
  const [xFrom, xTo] = insideRange(x, map.columnByColumn, [margin, width - 1 - margin], width);
  const from = Math.max(yFrom, xFrom);
  return from > width ? [0, 0] : [from, Math.max(from, Math.min(yTo, xTo))];
}

function insideRange(start: number, step: number, [low, high]: [number, number], count: number): [number, number] {
  if (low > high) return [0, 0]; // one pixel wide: every neighbour is clamped
  if (Math.abs(step) < 1e-9) return start >= low && start <= high ? [0, count] : [0, 0];
  const a = (low - start) / step;
  const b = (high - start) / step;
  const from = Math.max(0, Math.ceil(Math.min(a, b)));
  const to = Math.min(count, Math.floor(Math.max(a, b)) + 1);
  return [from, Math.max(from, to)];
}
