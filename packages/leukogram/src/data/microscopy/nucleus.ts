import { resizeArea } from "../pictures/resizeArea.ts";
import type { RgbImage } from "../pictures/rgbImage.ts";
import { DENSITY } from "./density.ts";
import { levelBelow } from "./levels.ts";

/** A cell's nucleus as it was found in a picture; lengths in the picture's pixels. */
export interface Nucleus {
  /** Column and row of its middle. */
  readonly x: number;
  readonly y: number;
  /** Diameter of a disc of its area. */
  readonly diameter: number;
}

/** The longer side of the copy on which the nucleus is looked for, pixels. */
const GRID = 96;
/** Least share of the copy's points that a nucleus fills: smaller spots are dirt or platelets. */
const LEAST_SHARE = 0.004;
/** Lobes belong to one nucleus where gaps between them are at most this share of the longer side. */
const GAP = 2 / 96;
/** Standard deviation of how near the middle counts, share of the longer side. */
const NEAR = 0.2;
/** A part of more of the picture is no nucleus alone, nor one with more points at the edge per square root of its area. */
const MOST_SHARE = 0.4;
const MOST_CUT = 0.3;
/** How often the threshold is raised. */
const CLIMBS = 4;
/** Least difference of the mean red light inside and outside, optical density: less is an empty or evenly grey picture. */
const LEAST_CONTRAST = 0.05;

/**
 * Finds the nucleus of the white cell in the middle of a picture: what is dark in red light (red cells hardly absorb
 * it) by Otsu's threshold, the connected part nearest the middle, lobes with small gaps between them taken together.
 *
 * @returns undefined if nothing stands out.
 */
export function findNucleus(image: RgbImage): Nucleus | undefined {
  const shrink = Math.max(1, Math.max(image.width, image.height) / GRID);
  const [width, height] = [Math.round(image.width / shrink), Math.round(image.height / shrink)];
  if (width < 8 || height < 8) return undefined;
  const pixels = resizeArea(image, height, width);
  const stain = stainOf(pixels);
  const found = climb(stain, { width, height });
  if (found === undefined) return undefined;
  const [across, down] = [image.width / width, image.height / height];
  return {
    x: (found.x + 0.5) * across,
    y: (found.y + 0.5) * down,
    diameter: Math.sqrt((4 * found.area * across * down) / Math.PI),
  };
}

/**
 * The part above Otsu's threshold (Otsu 1979), and where it runs out of the picture, or over too much of it, that above
 * the threshold among what is above: red cells and uneven light fall away.
 */
function climb(stain: Float32Array, size: Size) {
  const gap = Math.max(1, Math.round((GAP * Math.max(size.width, size.height)) / 2));
  let last: Part | undefined;
  for (let step = 0, threshold = 0; step < CLIMBS; step++) {
    const next = otsu(stain.filter((value) => value > threshold));
    if (next === undefined) break;
    threshold = next;
    const dark = maskAbove(stain, threshold);
    const parts = label(widened(dark, { ...size, by: gap }), size);
    const part = nearestPart(dark, parts, size);
    if (part === undefined) break;
    last = part;
    if (part.area <= MOST_SHARE * stain.length && part.cut <= MOST_CUT * Math.sqrt(part.area)) break;
  }
  return last;
}

/** 1 for each value above the threshold, else 0. */
export function maskAbove(values: Float32Array, threshold: number): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = values[i]! > threshold ? 1 : 0;
  return mask;
}

/** Of a picture, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How the densities of red, green and blue light add up to the nucleus's dye: red cells absorb blue above all. */
const DYE = [1, 0.4, -0.7] as const;
/** The background is the light that this share of the points does not pass. */
const BACKGROUND = 0.85;

/** Densities of the background in red, green and blue light, of pixels [count, 3]. */
export function stainBackground(pixels: Uint8Array): [number, number, number] {
  return DYE.map((_, channel) => DENSITY[channelLevel(pixels, channel, BACKGROUND)]!) as [number, number, number];
}

function stainOf(pixels: Uint8Array): Float32Array {
  const background = stainBackground(pixels);
  const [red, green, blue] = DYE.map((weight, channel) => {
    const levels = new Float64Array(256);
    for (let level = 0; level < 256; level++)
      levels[level] = weight * Math.max(0, DENSITY[level]! - background[channel]!);
    return levels;
  }) as [Float64Array, Float64Array, Float64Array];
  const stain = new Float32Array(pixels.length / 3);
  for (let i = 0, from = 0; i < stain.length; i++, from += 3)
    stain[i] = Math.max(0, red[pixels[from]!]! + green[pixels[from + 1]!]! + blue[pixels[from + 2]!]!);
  return stain;
}

// The level of a channel that the share `part` of the points does not pass.
function channelLevel(pixels: Uint8Array, channel: number, part: number): number {
  const counts = new Uint32Array(256);
  for (let i = channel; i < pixels.length; i += 3) counts[pixels[i]!]!++;
  return levelBelow(counts, (part * pixels.length) / 3);
}

/** Otsu's threshold; undefined if the parts hardly differ. */
export function otsu(values: Float32Array): number | undefined {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  let least = most;
  for (let i = 0; i < values.length; i++) least = Math.min(least, values[i]!);
  if (most - least < LEAST_CONTRAST) return undefined;
  const width = (most - least) / 256;
  const counts = new Float64Array(256);
  for (let i = 0; i < values.length; i++) counts[Math.min(255, Math.floor((values[i]! - least) / width))]!++;
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  let [best, threshold] = [-1, 0];
  let [below, sum] = [0, 0];
  for (let level = 0; level < 255; level++) {
    below += counts[level]!;
    sum += level * counts[level]!;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const difference = (total - sum) / above - sum / below;
    const between = below * above * difference * difference;
    if (between > best) [best, threshold] = [between, level];
  }
  return least + (threshold + 1) * width;
}

// Squares of side 2 * by + 1 around each dark point, so that lobes join.
function widened(dark: Uint8Array, { width, height, by }: Size & { readonly by: number }): Uint8Array {
  const line = (source: Uint8Array, step: number, count: number, lines: number, stride: number) => {
    const out = new Uint8Array(source.length);
    for (let l = 0; l < lines; l++)
      for (let i = 0; i < count; i++)
        for (let j = Math.max(0, i - by); j <= Math.min(count - 1, i + by); j++)
          out[l * stride + i * step]! |= source[l * stride + j * step]!;
    return out;
  };
  return line(line(dark, 1, width, height, width), width, height, width, 1);
}

/** Number of the connected part (8 neighbours) that each point belongs to, from 1; 0 outside. */
export function label(mask: Uint8Array, { width, height }: Size): Uint16Array {
  const parts = new Uint16Array(mask.length);
  const stack: number[] = [];
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || parts[start] !== 0) continue;
    parts[start] = ++count;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      const x = at % width;
      const y = (at - x) / width;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const next = v * width + u;
          if (mask[next] === 0 || parts[next] !== 0) continue;
          parts[next] = count;
          stack.push(next);
        }
    }
  }
  return parts;
}

interface Part {
  /** Points. */
  area: number;
  x: number;
  y: number;
  /** Points at the picture's edge. */
  cut: number;
  near: number;
}

// Of the parts that are large enough, the one with most dark points, those near the picture's middle counting most.
function nearestPart(dark: Uint8Array, parts: Uint16Array, { width, height }: Size): Part | undefined {
  const found = new Map<number, Part>();
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const spread = 2 * (NEAR * Math.max(width, height)) ** 2;
  for (let at = 0; at < dark.length; at++) {
    if (dark[at] === 0) continue;
    const x = at % width;
    const y = (at - x) / width;
    const part = found.get(parts[at]!) ?? { area: 0, x: 0, y: 0, near: 0, cut: 0 };
    part.area++;
    part.x += x;
    part.y += y;
    part.near += Math.exp(-((x - middleX) ** 2 + (y - middleY) ** 2) / spread);
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) part.cut++;
    found.set(parts[at]!, part);
  }
  const candidates = [...found.values()].filter(({ area }) => area >= LEAST_SHARE * dark.length);
  if (candidates.length === 0) return undefined;
  const best = candidates.reduce((a, b) => (b.near > a.near ? b : a));
  return { ...best, x: best.x / best.area, y: best.y / best.area };
}
