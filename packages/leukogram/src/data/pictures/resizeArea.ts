import { resizeBilinearUint8 } from "./resize.ts";
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
  const sums = new Float32Array(image.width * 3);
  const out = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    const end = rows.starts[row + 1]!;
    let part = rows.starts[row]!;
    for (; part + 1 < end; part += 2) addTwoRows(image, rows, part, sums);
    if (part < end) addRow(image, rows, part, sums);
    gatherColumns(sums, columns, out, row * width * 3);
  }
  return out;
}

function addRow({ data }: RgbImage, { sources, shares }: Coverage, part: number, sums: Float32Array): void {
  const start = sources[part]! * sums.length;
  const share = shares[part]!;
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + data[start + i]! * share;
}

// As addRow twice, to the last bit, in one pass.
function addTwoRows({ data }: RgbImage, { sources, shares }: Coverage, part: number, sums: Float32Array): void {
  const [first, second] = [sources[part]! * sums.length, sources[part + 1]! * sums.length];
  const [share, other] = [shares[part]!, shares[part + 1]!];
  for (let i = 0; i < sums.length; i++)
    sums[i] = Math.fround(sums[i]! + data[first + i]! * share) + data[second + i]! * other;
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

/** For each new pixel, from `starts[i]` to `starts[i + 1]`: the old ones below it, and the share of it that each fills. */
interface Coverage {
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly shares: Float64Array;
}

function coverage(from: number, to: number): Coverage {
  const extent = from / to;
  const starts = new Int32Array(to + 1);
  const sources: number[] = [];
  const shares: number[] = [];
  for (let i = 0; i < to; i++) {
    const [start, end] = [i * extent, (i + 1) * extent];
    for (let source = Math.floor(start); source < Math.min(Math.ceil(end), from); source++) {
      const share = (Math.min(end, source + 1) - Math.max(start, source)) / extent;
      if (share <= 1e-9) continue;
      sources.push(source);
      shares.push(share);
    }
    starts[i + 1] = sources.length;
  }
  return { starts, sources: Int32Array.from(sources), shares: Float64Array.from(shares) };
}
