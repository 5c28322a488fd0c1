import type { ColourMap } from "./colour.ts";
import { DENSITY, LIGHT, lightIndex } from "./density.ts";

/** Light of three channels, in grey levels, not clipped: [height * width] each. */
export type Planes = readonly [Float32Array, Float32Array, Float32Array];

/** Planes of `count` pixels. */
export function makePlanes(count: number): Planes {
  return [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
}

/** What the sample and the lamp make of a picture. */
export interface DevelopOptions {
  /** How optical densities are mixed; undefined where they stay. */
  readonly stain?: ColourMap | undefined;
  /** Factor on each channel's light. */
  readonly light: readonly [number, number, number];
}

/** Stains and lights a picture [height, width, 3], into `out`. */
export function develop(picture: Uint8Array, { stain, light }: DevelopOptions, out: Planes): void {
  if (stain === undefined) lightOnly(picture, light, out);
  else stainAndLight(picture, stain, light, out);
}

function lightOnly(picture: Uint8Array, [r, g, b]: readonly [number, number, number], [red, green, blue]: Planes) {
  for (let i = 0, at = 0; i < red.length; i++, at += 3) {
    red[i] = picture[at]! * r;
    green[i] = picture[at + 1]! * g;
    blue[i] = picture[at + 2]! * b;
  }
}

function stainAndLight(
  picture: Uint8Array,
  stain: ColourMap,
  [r, g, b]: readonly [number, number, number],
  [red, green, blue]: Planes,
): void {
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = stain as [...Nine];
  for (let i = 0, at = 0; i < red.length; i++, at += 3) {
    const dr = DENSITY[picture[at]!]!;
    const dg = DENSITY[picture[at + 1]!]!;
    const db = DENSITY[picture[at + 2]!]!;
    red[i] = LIGHT[lightIndex(rr * dr + rg * dg + rb * db)]! * r;
    green[i] = LIGHT[lightIndex(gr * dr + gg * dg + gb * db)]! * g;
    blue[i] = LIGHT[lightIndex(br * dr + bg * dg + bb * db)]! * b;
  }
}

type Nine = [number, number, number, number, number, number, number, number, number];
