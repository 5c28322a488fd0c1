import { resizeArea } from "./resizeArea.ts";
import type { RgbImage } from "./rgbImage.ts";

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
    const source = Math.min(Math.max(y - top, 0), height - 1) * width * 3;
    const target = (y * side + left) * 3;
    out.set(data.subarray(source, source + width * 3), target);
    for (let x = 1; x <= left; x++) out.copyWithin(target - x * 3, target, target + 3);
    const last = target + (width - 1) * 3;
    for (let x = 1; x < side - left - width + 1; x++) out.copyWithin(last + x * 3, last, last + 3);
  }
  return { data: out, width: side, height: side };
}
