import { type Interpolation, interpolation } from "./interpolation.ts";
import { fitsKernel, resizeInKernel } from "./resizeKernel.ts";
import type { RgbImage } from "./rgbImage.ts";

/**
 * Resizes as `tf.image.resize(method="bilinear")`: half-pixel centres, no antialiasing, edges repeated.
 *
 * @returns [height, width, 3], 0 to 255, not rounded.
 */
export function resizeBilinear(image: RgbImage, height: number, width: number): Float32Array {
  const out = new Float32Array(height * width * 3);
  const stride = width * 3;
  const [rows, columns] = [interpolation(image.height, height), interpolation(image.width, width)];
  blendRows(image, rows, columns, (y, upper, lower, share) => {
    const start = y * stride;
    for (let i = 0; i < stride; i++) out[start + i] = upper[i]! + (lower[i]! - upper[i]!) * share;
  });
  return out;
}

/**
 * {@link resizeBilinear}, rounded to whole grey levels, halves to the even one as `numpy.round`.
 *
 * @returns [height, width, 3], 0 to 255.
 */
export function resizeBilinearUint8(image: RgbImage, height: number, width: number): Uint8Array {
  if (image.height === height && image.width === width) return image.data;
  const rows = interpolation(image.height, height);
  const columns = interpolation(image.width, width);
  return fitsKernel(image, height, width) ? resizeInKernel(image, rows, columns) : resizeByRows(image, rows, columns);
}

/** {@link resizeBilinearUint8} for pictures of any size, and what the kernel is held to, bit by bit. */
export function resizeByRows(image: RgbImage, rows: Interpolation, columns: Interpolation): Uint8Array {
  const stride = columns.share.length * 3;
  const out = new Uint8Array(rows.share.length * stride);
  blendRows(image, rows, columns, (y, upper, lower, share) => {
    const start = y * stride;
    for (let i = 0; i < stride; i++) {
      const value = Math.fround(upper[i]! + (lower[i]! - upper[i]!) * share);
      const rounded = (value + 0.5) | 0;
      out[start + i] = rounded - value === 0.5 ? rounded & ~1 : rounded;
    }
  });
  return out;
}

type BlendRow = (y: number, upper: Float32Array, lower: Float32Array, share: number) => void;

// Each source row is stretched once, and kept for the next output row, which mostly needs it again.
function blendRows(image: RgbImage, rows: Interpolation, columns: Interpolation, blend: BlendRow): void {
  const [height, width] = [rows.share.length, columns.share.length];
  let upper = { source: -1, values: new Float32Array(width * 3) };
  let lower = { source: -1, values: new Float32Array(width * 3) };
  for (let y = 0; y < height; y++) {
    if (rows.lower[y] === lower.source) [upper, lower] = [lower, upper];
    for (const [row, source] of [
      [upper, rows.lower[y]!],
      [lower, rows.upper[y]!],
    ] as const) {
      if (row.source === source) continue;
      stretchRow(image, source, columns, row.values);
      row.source = source;
    }
    blend(y, upper.values, lower.values, rows.share[y]!);
  }
}

function stretchRow({ data, width }: RgbImage, row: number, columns: Interpolation, out: Float32Array): void {
  const { lower, upper, share } = columns;
  const start = row * width * 3;
  for (let x = 0, target = 0; x < lower.length; x++, target += 3) {
    const left = start + lower[x]! * 3;
    const right = start + upper[x]! * 3;
    const weight = share[x]!;
    out[target] = data[left]! + (data[right]! - data[left]!) * weight;
    out[target + 1] = data[left + 1]! + (data[right + 1]! - data[left + 1]!) * weight;
    out[target + 2] = data[left + 2]! + (data[right + 2]! - data[left + 2]!) * weight;
  }
}
