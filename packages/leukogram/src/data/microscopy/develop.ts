import type { BackgroundSwap } from "./background.ts";
import type { ColourMap } from "./colour.ts";
import { DENSITY, LIGHT, lightIndex } from "./density.ts";

/** What the sample and the lamp make of a picture. */
export interface DevelopOptions {
  /** How optical densities are mixed; undefined if they stay. */
  readonly stain?: ColourMap | undefined;
  /** Factor on each channel's light. */
  readonly light: readonly [number, number, number];
  /** The background's change; undefined if it stays. */
  readonly swap?: BackgroundSwap | undefined;
}

/** Swaps the background of, stains and lights a picture [height, width, 3] into `out`, grey levels, not clipped. */
export function develop(picture: Uint8Array, { stain, light, swap }: DevelopOptions, out: Float32Array): void {
  if (swap !== undefined) swapped(picture, { swap, stain: stain ?? SAME, light }, out);
  else if (stain !== undefined) stained(picture, stain, light, out);
  else lit(picture, light, out);
}

const SAME: ColourMap = [1, 0, 0, 0, 1, 0, 0, 0, 1];

type Light = DevelopOptions["light"];

function lit(picture: Uint8Array, [red, green, blue]: Light, out: Float32Array): void {
  for (let i = 0; i < out.length; i += 3) {
    out[i] = picture[i]! * red;
    out[i + 1] = picture[i + 1]! * green;
    out[i + 2] = picture[i + 2]! * blue;
  }
}

function stained(picture: Uint8Array, stain: ColourMap, [red, green, blue]: Light, out: Float32Array): void {
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = stain;
  for (let i = 0; i < out.length; i += 3) {
    const r = DENSITY[picture[i]!]!;
    const g = DENSITY[picture[i + 1]!]!;
    const b = DENSITY[picture[i + 2]!]!;
    out[i] = LIGHT[lightIndex(rr * r + rg * g + rb * b)]! * red;
    out[i + 1] = LIGHT[lightIndex(gr * r + gg * g + gb * b)]! * green;
    out[i + 2] = LIGHT[lightIndex(br * r + bg * g + bb * b)]! * blue;
  }
}

// A pixel's density is the background's and an excess over it. All but the cell loses some of the excess; the
// background's part moves to the new one, less so below the cell.
function swapped(
  picture: Uint8Array,
  { swap, stain, light }: { swap: BackgroundSwap; stain: ColourMap; light: Light },
  out: Float32Array,
): void {
  const { mask, density, move, keep, shelter } = swap;
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = stain;
  const [oldRed, oldGreen, oldBlue] = density;
  const [moveRed, moveGreen, moveBlue] = move;
  for (let i = 0, pixel = 0; i < out.length; i += 3, pixel++) {
    const cell = mask[pixel]! / 255;
    const redExcess = DENSITY[picture[i]!]! - oldRed;
    const greenExcess = DENSITY[picture[i + 1]!]! - oldGreen;
    const blueExcess = DENSITY[picture[i + 2]!]! - oldBlue;
    const excess = redExcess + greenExcess + blueExcess;
    const object = excess >= 0.4 ? 1 : excess <= 0.1 ? 0 : (excess - 0.1) / 0.3;
    const moved = 1 - shelter * cell * object;
    const kept = keep + (1 - keep) * cell;
    const r = oldRed + moveRed * moved + redExcess * kept;
    const g = oldGreen + moveGreen * moved + greenExcess * kept;
    const b = oldBlue + moveBlue * moved + blueExcess * kept;
    out[i] = LIGHT[lightIndex(rr * r + rg * g + rb * b)]! * light[0];
    out[i + 1] = LIGHT[lightIndex(gr * r + gg * g + gb * b)]! * light[1];
    out[i + 2] = LIGHT[lightIndex(br * r + bg * g + bb * b)]! * light[2];
  }
}
