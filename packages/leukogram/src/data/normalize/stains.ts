// Optical density, and pictures as mixtures of two stains (Beer and Lambert).
import type { RgbImage } from "../pictures/rgbImage.ts";
import { backgroundLight } from "./whiteBalance.ts";

/** Optical density (natural logarithm) of a stain by channel (red, green, blue), unit length. */
export type StainVector = readonly [number, number, number];

/** What a laboratory's stain looks like: plain JSON, fitted on its pictures. */
export interface StainReference {
  /** Nucleus's purple first (lets blue light through), then eosin and haemoglobin. */
  readonly stains: readonly [StainVector, StainVector];
  /** 99th percentile of each stain's amount. */
  readonly amounts: readonly [number, number];
}

/** Densities below this, in all channels together, are background. */
const LEAST_DENSITY = 0.45;

/** Optical densities of a picture against its background's light (white if there is none): [pixels * 3], at least 0. */
export function opticalDensities(image: RgbImage): Float32Array {
  const light = backgroundLight(image) ?? [255, 255, 255];
  const tables = light.map((level) =>
    Float32Array.from({ length: 256 }, (_, v) => Math.max(0, Math.log((level + 1) / (v + 1)))),
  );
  const out = new Float32Array(image.data.length);
  for (let i = 0; i < out.length; i += 3) for (let c = 0; c < 3; c++) out[i + c] = tables[c]![image.data[i + c]!]!;
  return out;
}

/** The stained pixels' densities, at most `limit` of them, spread evenly: [n * 3]. */
export function stainedDensities(densities: Float32Array, limit: number): Float32Array {
  const stained: number[] = [];
  for (let i = 0; i < densities.length; i += 3)
    if (densities[i]! + densities[i + 1]! + densities[i + 2]! > LEAST_DENSITY) stained.push(i);
  const step = Math.max(1, stained.length / limit);
  const count = Math.floor(stained.length / step);
  const out = new Float32Array(count * 3);
  for (let k = 0; k < count; k++) {
    const from = stained[Math.floor(k * step)]!;
    out.set(densities.subarray(from, from + 3), k * 3);
  }
  return out;
}

/** Amounts of two stains in each density, by least squares, at least 0: [n * 2]. */
export function stainAmounts(densities: Float32Array, [a, b]: readonly [StainVector, StainVector]): Float32Array {
  const mixed = dot(a, b);
  const determinant = Math.max(1e-6, 1 - mixed * mixed);
  const out = new Float32Array((densities.length / 3) * 2);
  for (let i = 0, j = 0; i < densities.length; i += 3, j += 2) {
    const [r, g, v] = [densities[i]!, densities[i + 1]!, densities[i + 2]!];
    const onA = r * a[0] + g * a[1] + v * a[2];
    const onB = r * b[0] + g * b[1] + v * b[2];
    // Where one would be below 0, the other explains the pixel alone.
    const first = (onA - mixed * onB) / determinant;
    const second = (onB - mixed * onA) / determinant;
    out[j] = second < 0 ? Math.max(0, onA) : Math.max(0, first);
    out[j + 1] = first < 0 ? Math.max(0, onB) : Math.max(0, second);
  }
  return out;
}

/** Amounts that the percentile is taken of, at most; more add nothing but time. */
const SAMPLE = 4096;

/** The 99th percentile of each stain's amount, [n * 2]; a hundredth at least. */
export function usualAmounts(amounts: Float32Array): readonly [number, number] {
  const count = amounts.length / 2;
  const step = Math.max(1, count / SAMPLE);
  const percentile = (which: 0 | 1) => {
    const sample = Float32Array.from(
      { length: Math.floor(count / step) },
      (_, k) => amounts[2 * Math.floor(k * step) + which]!,
    ).sort();
    return Math.max(0.01, sample[Math.floor(0.99 * (sample.length - 1))] ?? 0);
  };
  return [percentile(0), percentile(1)];
}

/**
 * A picture of these stains' amounts before white light; stains may be of any length. What they leave unexplained is
 * dropped.
 */
export function mixStains(
  amounts: Float32Array,
  { width, height }: Pick<RgbImage, "width" | "height">,
  [a, b]: readonly [StainVector, StainVector],
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; i < data.length; i += 3, j += 2)
    for (let c = 0; c < 3; c++) data[i + c] = 256 * Math.exp(-(amounts[j]! * a[c]! + amounts[j + 1]! * b[c]!)) - 0.5;
  return { width, height, data };
}

/** Two stains in order: purple, which lets blue light through, then eosin and haemoglobin, which do not. */
export function inOrder(a: StainVector, b: StainVector): readonly [StainVector, StainVector] {
  return a[2] <= b[2] ? [a, b] : [b, a];
}

/** The vector at unit length, its entries at least 0. */
export function unitStain(vector: readonly number[]): StainVector {
  const positive = vector.map((value) => Math.max(0, value));
  const length = Math.hypot(...positive) || 1;
  return [positive[0]! / length, positive[1]! / length, positive[2]! / length];
}

/** Scalar product. */
export function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}
