import { type Coverage, coverage } from "./coverage.ts";
import { resizeBilinearUint8 } from "./resize.ts";
import { fitsKernel, shrinkInKernel } from "./resizeKernel.ts";
import type { RgbImage } from "./rgbImage.ts";

/**
 * Shrinks by the mean of the area that each new pixel covers, so that fine patterns do not turn into coarse ones;
 * where either side grows, {@link resizeBilinearUint8} instead.
 *
 * @returns [height, width, 3], 0 to 255, rounded.
 */
export function resizeArea(image: RgbImage, height: number, width: number): Uint8Array {
  if (height > image.height || width > image.width) return resizeBilinearUint8(image, height, width);
  if (height === image.height && width === image.width) return image.data;
  const rows = coverage(image.height, height);
  const columns = coverage(image.width, width);
  return fitsKernel(image, height, width) ? shrinkInKernel(image, rows, columns) : shrinkByRows(image, rows, columns);
}

/** {@link resizeArea} for pictures of any size, and what the kernel is held to, bit by bit. */
export function shrinkByRows(image: RgbImage, rows: Coverage, columns: Coverage): Uint8Array {
  const [height, width] = [rows.starts.length - 1, columns.starts.length - 1];
  const sums = new Float32Array(image.width * 3);
  const out = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let part = rows.starts[row]!; part < rows.starts[row + 1]!; part++) addRow(image, rows, part, sums);
    gatherColumns(sums, columns, out, row * width * 3);
  }
  return out;
}

function addRow({ data }: RgbImage, { sources, shares }: Coverage, part: number, sums: Float32Array): void {
  const start = sources[part]! * sums.length;
  const share = shares[part]!;
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + data[start + i]! * share;
}

function gatherColumns(sums: Float32Array, { starts, sources, shares }: Coverage, out: Uint8Array, from: number): void {
  for (let column = 0, part = 0, to = from; column + 1 < starts.length; column++, to += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const end = starts[column + 1]!; part < end; part++) {
      const source = sources[part]! * 3;
      const share = shares[part]!;
      red += sums[source]! * share;
      green += sums[source + 1]! * share;
      blue += sums[source + 2]! * share;
    }
    out[to] = red + 0.5;
    out[to + 1] = green + 0.5;
    out[to + 2] = blue + 0.5;
  }
}
