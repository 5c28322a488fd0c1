import type { RgbImage } from "./image.ts";
import { resizeArea } from "./resizeArea.ts";

/**
 * A picture of any shape as a square field [size, size]: the shorter side is filled up with its edge pixels, so that
 * cells keep their shape; then it is shrunk by area, or grown bilinearly.
 */
export function squareField(image: RgbImage, size: number): Uint8Array {
  return resizeArea(image.width === image.height ? image : fillUp(image), size, size);
}

function fillUp({ data, width, height }: RgbImage): RgbImage {
  const side = Math.max(width, height);
  const [left, top] = [(side - width) >> 1, (side - height) >> 1];
  const out = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const row = Math.min(Math.max(y - top, 0), height - 1) * width;
    for (let x = 0; x < side; x++) {
      const from = (row + Math.min(Math.max(x - left, 0), width - 1)) * 3;
      const to = (y * side + x) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { data: out, width: side, height: side };
}
