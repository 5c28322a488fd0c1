// Pictures of discs, as cells lie in a smear.
import type { RgbImage } from "leukogram/data/pictures/rgbImage";

export const BACKGROUND = [250, 235, 215];
export const NUCLEUS = [85, 45, 140];
export const RED_CELL = [225, 160, 150];

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: readonly number[];
}

export function picture(width: number, height: number, discs: readonly Disc[], background = BACKGROUND): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const disc = discs.findLast((one) => Math.hypot(x + 0.5 - one.x, y + 0.5 - one.y) <= one.radius);
      data.set(disc?.colour ?? background, (y * width + x) * 3);
    }
  return { width, height, data };
}
