import type { RgbImage } from "../pictures/rgbImage.ts";
import { squareField } from "../pictures/squareField.ts";
import { CELL_GRID, findCellMask } from "./cellMask.ts";
import { DENSITY } from "./density.ts";

/** Height and width of the pictures that are measured, pixels. */
export const MEASURED_SIZE = 64;

/** What is measured of each picture, one number each. */
export const MEASURES = [
  { name: "sharpness", unit: "variance of the Laplacian, grey levels squared, at 64 x 64" },
  { name: "brightness", unit: "mean grey level, 0 to 255" },
  { name: "backgroundRed", unit: "grey level, 0 to 255" },
  { name: "backgroundGreen", unit: "grey level, 0 to 255" },
  { name: "backgroundBlue", unit: "grey level, 0 to 255" },
  { name: "stainRed", unit: "mean optical density of the cell over the background" },
  { name: "stainGreen", unit: "mean optical density of the cell over the background" },
  { name: "stainBlue", unit: "mean optical density of the cell over the background" },
  { name: "cellSize", unit: "diameter of a disc with the cell's area, share of the image's side" },
] as const;

/** The name of a measure. */
export type MeasureName = (typeof MEASURES)[number]["name"];

/** Numbers a channel: mean, standard deviation, and the 10th, 50th and 90th of 100 parts. */
const PER_CHANNEL = 5;

/** Length of {@link Measurement.background} and of {@link Measurement.colours}. */
export const COLOUR_FEATURES = 3 * PER_CHANNEL;

/** What is measured of one picture. */
export interface Measurement {
  /** In the order of {@link MEASURES}. */
  readonly values: Float32Array;
  /** Colours of what is not the cell: all that a model should not need. */
  readonly background: Float32Array;
  /** Colours of the whole picture, wherever they stand. */
  readonly colours: Float32Array;
}

/** Places around the cell that count neither as cell nor as background. */
const GAP = 2;

/** Measures a picture [64, 64, 3]. */
export function measure(picture: Uint8Array): Measurement {
  const found = findCellMask({ data: picture, height: MEASURED_SIZE, width: MEASURED_SIZE });
  const outside: number[] = [];
  for (let place = 0; place < CELL_GRID * CELL_GRID; place++)
    if (!(found.mask[place]! > 127) && isFar(found.mask, place)) outside.push(pixelOf(place));
  return {
    values: valuesOf(picture, found),
    background: colourFeatures(picture, outside.length > 0 ? outside : EVERYWHERE),
    colours: colourFeatures(picture, EVERYWHERE),
  };
}

const EVERYWHERE = Array.from({ length: MEASURED_SIZE * MEASURED_SIZE }, (_, pixel) => pixel);

// In the order of MEASURES.
function valuesOf(picture: Uint8Array, { mask, background }: ReturnType<typeof findCellMask>): Float32Array {
  const cell: number[] = [];
  for (let place = 0; place < CELL_GRID * CELL_GRID; place++) if (mask[place]! > 127) cell.push(pixelOf(place));
  const stain = background.map((level, channel) => meanDensity(picture, cell, channel) - DENSITY[level]!);
  const size = Math.sqrt((4 * cell.length) / Math.PI) / (CELL_GRID - 2);
  return Float32Array.of(laplacianVariance(picture), brightness(picture), ...background, ...stain, size);
}

/** How cell and background of a picture are coloured. */
export interface Colours {
  /** Mean grey level of the background, 0 to 255. */
  readonly background: number;
  /** Red less blue of the background, grey levels. */
  readonly cast: number;
  /** Mean optical density of the cell over the background, of the three channels. */
  readonly stain: number;
  /** Red less blue of that density: high in blue and violet cells, low in red ones. */
  readonly hue: number;
}

/** The colours among what {@link looksOf} measured. */
export function coloursOf(looks: readonly number[]): Colours {
  const of = (name: MeasureName) => looks[MEASURES.findIndex((measure) => measure.name === name)]!;
  const mean = (red: MeasureName, green: MeasureName, blue: MeasureName) => (of(red) + of(green) + of(blue)) / 3;
  return {
    background: mean("backgroundRed", "backgroundGreen", "backgroundBlue"),
    cast: of("backgroundRed") - of("backgroundBlue"),
    stain: mean("stainRed", "stainGreen", "stainBlue"),
    hue: of("stainRed") - of("stainBlue"),
  };
}

/** The measures of a picture of any size; sharpness as its logarithm, so that all vary about evenly. */
export function looksOf(image: RgbImage): number[] {
  const picture = squareField(image, MEASURED_SIZE);
  const found = findCellMask({ data: picture, height: MEASURED_SIZE, width: MEASURED_SIZE });
  const [sharpness, ...others] = valuesOf(picture, found);
  return [Math.log1p(sharpness!), ...others];
}

// The pixel at the middle of a place.
function pixelOf(place: number): number {
  const at = (i: number) => Math.floor(((i + 0.5) * MEASURED_SIZE) / CELL_GRID);
  return at(Math.floor(place / CELL_GRID)) * MEASURED_SIZE + at(place % CELL_GRID);
}

function isFar(mask: Float32Array, place: number): boolean {
  const [row, column] = [Math.floor(place / CELL_GRID), place % CELL_GRID];
  for (let y = Math.max(0, row - GAP); y <= Math.min(CELL_GRID - 1, row + GAP); y++)
    for (let x = Math.max(0, column - GAP); x <= Math.min(CELL_GRID - 1, column + GAP); x++)
      if (mask[y * CELL_GRID + x]! > 0) return false;
  return true;
}

function meanDensity(picture: Uint8Array, pixels: readonly number[], channel: number): number {
  return pixels.reduce((sum, pixel) => sum + DENSITY[picture[pixel * 3 + channel]!]!, 0) / Math.max(1, pixels.length);
}

function colourFeatures(picture: Uint8Array, pixels: readonly number[]): Float32Array {
  const out = new Float32Array(COLOUR_FEATURES);
  const counts = new Uint32Array(256);
  for (let channel = 0; channel < 3; channel++) {
    counts.fill(0);
    for (const pixel of pixels) counts[picture[pixel * 3 + channel]!]!++;
    let [sum, squares] = [0, 0];
    for (const [level, count] of counts.entries()) {
      sum += level * count;
      squares += level * level * count;
    }
    const mean = sum / pixels.length;
    const deviation = Math.sqrt(Math.max(0, squares / pixels.length - mean * mean));
    const parts = [0.1, 0.5, 0.9].map((share) => levelAt(counts, Math.floor(share * (pixels.length - 1))));
    out.set([mean, deviation, ...parts], channel * PER_CHANNEL);
  }
  return out;
}

// The level of the pixel that stands at `place` when they are sorted.
function levelAt(counts: Uint32Array, place: number): number {
  let level = 0;
  for (let seen = counts[0]!; seen <= place; seen += counts[level]!) level++;
  return level;
}

const grey = (picture: Uint8Array, pixel: number) =>
  (picture[pixel * 3]! + picture[pixel * 3 + 1]! + picture[pixel * 3 + 2]!) / 3;

function brightness(picture: Uint8Array): number {
  let sum = 0;
  for (const level of picture) sum += level;
  return sum / picture.length;
}

function laplacianVariance(picture: Uint8Array): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let row = 1; row < MEASURED_SIZE - 1; row++)
    for (let column = 1; column < MEASURED_SIZE - 1; column++, count++) {
      const at = row * MEASURED_SIZE + column;
      const across = grey(picture, at - 1) + grey(picture, at + 1);
      const down = grey(picture, at - MEASURED_SIZE) + grey(picture, at + MEASURED_SIZE);
      const value = across + down - 4 * grey(picture, at);
      sum += value;
      squares += value * value;
    }
  return squares / count - (sum / count) ** 2;
}
