import type { RgbImage } from "./image.ts";
import { resizeBilinearUint8 } from "./resize.ts";

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
    for (const [source, share] of rows[row]!) addRow(image, source, share, sums);
    for (let column = 0, to = row * width * 3; column < width; column++, to += 3) {
      let [red, green, blue] = [0, 0, 0];
      for (const [source, share] of columns[column]!) {
        red += sums[source * 3]! * share;
        green += sums[source * 3 + 1]! * share;
        blue += sums[source * 3 + 2]! * share;
      }
      out[to] = (red + 0.5) | 0;
      out[to + 1] = (green + 0.5) | 0;
      out[to + 2] = (blue + 0.5) | 0;
    }
  }
  return out;
}

function addRow({ data, width }: RgbImage, row: number, share: number, sums: Float32Array): void {
  const start = row * width * 3;
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + data[start + i]! * share;
}

// For each new pixel: the old ones below it, and the share of the new one that each fills.
function coverage(from: number, to: number): [source: number, share: number][][] {
  const extent = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * extent, (i + 1) * extent];
    const parts: [number, number][] = [];
    for (let source = Math.floor(start); source < Math.min(Math.ceil(end), from); source++) {
      const share = (Math.min(end, source + 1) - Math.max(start, source)) / extent;
      if (share > 1e-9) parts.push([source, share]);
    }
    return parts;
  });
}
