import { timedNow } from "@leukogram/engine/core/spans";
import { resizeArea } from "../pictures/resizeArea.ts";
import type { RgbImage } from "../pictures/rgbImage.ts";
import { DENSITY } from "./density.ts";
import { findNucleus, label, maskAbove, type Nucleus, otsu, type Size, stainBackground } from "./nucleus.ts";

/** What of a picture of a white cell tells its scale; lengths in the picture's pixels. */
export interface CellSizes {
  /** Undefined if none was found. */
  readonly nucleus: Nucleus | undefined;
  /** Widths of the red cells around it that could be measured. */
  readonly redCells: readonly number[];
}

/** Measures the nucleus and the red cells of a picture. */
export function cellSizes(image: RgbImage): CellSizes {
  return timedNow("Measure nucleus and red cells", () => {
    const nucleus = findNucleus(image);
    return { nucleus, redCells: nucleus === undefined ? [] : redCellWidths(image, nucleus) };
  });
}

/** Pixels that a nucleus is brought to: enough to tell round cells from others. */
const NUCLEUS_PIXELS = 40;
/** What lies nearer to the nucleus than so many of its radii may be the white cell's own. */
const WHITE_CELL = 1.6;
/** Least and greatest width of a red cell in widths of the nucleus. */
const WIDTHS = [0.5, 1.2] as const;
/** Least share of its longer width that the shorter one of a round cell is, and of an ellipse's area that it fills. */
const ROUND = 0.75;
const FILLED = 0.94;
/** Otsu's threshold lies between background and pale middles as well: less density is no cell. */
const LEAST_DENSITY = 0.06;

/**
 * Measures the red cells around a white one: those that lie whole in the picture, touch no other, and are round.
 *
 * @returns their widths (of discs of their areas), pixels of the picture
 */
export function redCellWidths(image: RgbImage, nucleus: Nucleus): number[] {
  const shrink = Math.max(1, nucleus.diameter / NUCLEUS_PIXELS);
  const size = { width: Math.round(image.width / shrink), height: Math.round(image.height / shrink) };
  if (size.width < 16 || size.height < 16) return [];
  const pixels = resizeArea(image, size.height, size.width);
  const density = greenOf(pixels);
  const middle = { x: nucleus.x / shrink - 0.5, y: nucleus.y / shrink - 0.5, radius: nucleus.diameter / shrink / 2 };
  const around = density.filter((_, i) => isFar(middle, i, size));
  const threshold = otsu(around);
  if (threshold === undefined || threshold < LEAST_DENSITY) return [];
  const dark = filled(maskAbove(density, threshold), size);
  const widths = roundParts(dark, size, middle);
  return widths
    .filter((w) => w >= WIDTHS[0] * 2 * middle.radius && w <= WIDTHS[1] * 2 * middle.radius)
    .map((w) => w * shrink);
}

interface Middle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

function distanceTo({ x, y }: Middle, at: number, { width }: Size): number {
  const column = at % width;
  return Math.hypot(column - x, (at - column) / width - y);
}

// Whether a place is no part of the white cell. The distance is worked out only near the limit: it takes long.
function isFar(middle: Middle, at: number, size: Size): boolean {
  const limit = WHITE_CELL * middle.radius;
  const column = at % size.width;
  const [across, down] = [column - middle.x, (at - column) / size.width - middle.y];
  const [square, squareLimit] = [across * across + down * down, limit * limit];
  if (Math.abs(square - squareLimit) > 1e-6 * squareLimit) return square > squareLimit;
  return distanceTo(middle, at, size) > limit;
}

// Density of green light above the background's: haemoglobin and eosin take it.
function greenOf(pixels: Uint8Array): Float32Array {
  const background = stainBackground(pixels)[1];
  const green = new Float32Array(pixels.length / 3);
  for (let i = 0; i < green.length; i++) green[i] = Math.max(0, DENSITY[pixels[3 * i + 1]!]! - background);
  return green;
}

// Pale middles are closed: light parts that do not reach the picture's edge.
function filled(dark: Uint8Array, { width, height }: Size): Uint8Array {
  const light = label(
    dark.map((value) => 1 - value),
    { width, height },
  );
  const open = new Set<number>();
  for (let x = 0; x < width; x++) open.add(light[x]!).add(light[(height - 1) * width + x]!);
  for (let y = 0; y < height; y++) open.add(light[y * width]!).add(light[y * width + width - 1]!);
  return dark.map((value, i) => (value === 1 || !open.has(light[i]!) ? 1 : 0));
}

interface Moments {
  area: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
  isOut: boolean;
}

// Widths of the parts that are round, whole, and not the white cell.
function roundParts(dark: Uint8Array, { width, height }: Size, white: Middle): number[] {
  const parts = label(dark, { width, height });
  const found = new Map<number, Moments>();
  for (let at = 0; at < dark.length; at++) {
    if (dark[at] === 0) continue;
    const x = at % width;
    const y = (at - x) / width;
    const part = found.get(parts[at]!) ?? { area: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0, isOut: false };
    part.area++;
    part.x += x;
    part.y += y;
    part.xx += x * x;
    part.yy += y * y;
    part.xy += x * y;
    part.isOut ||= x === 0 || y === 0 || x === width - 1 || y === height - 1;
    part.isOut ||= distanceTo(white, at, { width, height }) < WHITE_CELL * white.radius;
    found.set(parts[at]!, part);
  }
  return [...found.values()].flatMap(({ area, x, y, xx, yy, xy, isOut }) => {
    if (isOut) return [];
    // A pixel is a square of side 1: its own variance is 1/12.
    const [a, b, c] = [
      xx / area - (x / area) ** 2 + 1 / 12,
      yy / area - (y / area) ** 2 + 1 / 12,
      xy / area - (x * y) / area ** 2,
    ];
    const root = Math.sqrt((a - b) ** 2 / 4 + c * c);
    const [long, short] = [(a + b) / 2 + root, (a + b) / 2 - root];
    const isRound = Math.sqrt(short / long) >= ROUND && area >= FILLED * 4 * Math.PI * Math.sqrt(long * short);
    return isRound ? [Math.sqrt((4 * area) / Math.PI)] : [];
  });
}
