import { DENSITY, LIGHT, lightIndex } from "./density.ts";
import { levelBelow } from "./levels.ts";

/** Optical densities of a picture's background and of its nucleus, in red, green and blue light. */
export interface StainLevels {
  readonly background: readonly [number, number, number];
  readonly nucleus: readonly [number, number, number];
}

/** The background is the light that this share of the pixels does not pass, the nucleus what only that share is below. */
const BACKGROUND = 0.85;
const NUCLEUS = 0.04;
/** Pixels between two that are looked at. */
const STRIDE = 5;
/** Least density between background and nucleus, and greatest factor on it: less is an empty picture. */
const LEAST = 0.1;
const MOST_FACTOR = 4;

/** Measures a field [height, width, 3]. */
export function stainLevels(pixels: Uint8Array): StainLevels {
  const counts = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let i = 0; i + 2 < pixels.length; i += 3 * STRIDE) {
    counts[0]![pixels[i]!]!++;
    counts[1]![pixels[i + 1]!]!++;
    counts[2]![pixels[i + 2]!]!++;
  }
  const total = counts[0]!.reduce((sum, count) => sum + count, 0);
  const densities = (share: number) =>
    counts.map((count) => DENSITY[levelBelow(count, share * total)]!) as [number, number, number];
  return { background: densities(BACKGROUND), nucleus: densities(NUCLEUS) };
}

/**
 * Gives a picture [.., 3] in place the background and the nuclear stain of another one, `share` of the way: densities of
 * each channel are moved and stretched. So a cell of one slide is shown as if it lay on another.
 */
export function restain(picture: Uint8Array, own: StainLevels, other: StainLevels, share: number): void {
  const tables = own.background.map((background, channel) => {
    const depth = Math.max(LEAST, own.nucleus[channel]! - background);
    const wanted = Math.max(LEAST, other.nucleus[channel]! - other.background[channel]!);
    const factor = Math.min(MOST_FACTOR, Math.max(1 / MOST_FACTOR, wanted / depth)) ** share;
    const moved = background + share * (other.background[channel]! - background);
    return Uint8ClampedArray.from(DENSITY, (density) => LIGHT[lightIndex(moved + (density - background) * factor)]!);
  });
  const [red, green, blue] = tables as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray];
  for (let i = 0; i < picture.length; i += 3) {
    picture[i] = red[picture[i]!]!;
    picture[i + 1] = green[picture[i + 1]!]!;
    picture[i + 2] = blue[picture[i + 2]!]!;
  }
}
