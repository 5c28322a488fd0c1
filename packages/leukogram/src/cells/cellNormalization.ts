/**
 * Finds the cell in a picture and brings it to one place, size and stain, without a label: what differs between
 * laboratories but not between cells. Written as graph ops, so that training, prediction and an exported model share it.
 */
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { Crop } from "@leukogram/engine/nn/exportGraph";

/** Options of {@link cellNormalization}. */
export interface CellNormalizationOptions {
  /** Height and width of the result, pixels. */
  readonly size: number;
  /** Side of the crop in diameters of the nucleus. */
  readonly diameters: number;
  /** How far the nucleus's hue is brought to the reference: 0 not at all, 1 wholly. */
  readonly hue: number;
  /** How far its density is. */
  readonly density: number;
  /** Whether the background becomes white; else it keeps its colour, and with `hue` and `density` 0 so does the cell. */
  readonly white: boolean;
  /** Factor on the optical densities of the result; default 1. */
  readonly stain?: number;
  /** Whether the crop with its own colours goes before the normalised one, as three channels more; default false. */
  readonly own?: boolean;
}

/** The same for any size of the result. */
export type CellSettings = Omit<CellNormalizationOptions, "size">;

/** Finds the cell and normalises its stain, as what a model sees; none: undefined, the whole picture. */
export function normalizedCells(cells: CellSettings | undefined): Crop | undefined {
  if (cells === undefined) return undefined;
  return (images, variants, [size]) => {
    const field = ops.resize(images, [FIELD_SIZE, FIELD_SIZE]);
    return variants.map(({ scale, stain }) =>
      cellNormalization(field, { ...cells, diameters: cells.diameters * scale, stain, size }),
    );
  };
}

/** Height and width of the field that {@link cellNormalization} works on, pixels. */
export const FIELD_SIZE = 256;

/** The working copy on which the cell is looked for is this many times smaller. */
const SHRINK = 4;
const GRID = FIELD_SIZE / SHRINK;
const POINTS = GRID * GRID;
/** The brightest eighth of the picture counts as background. */
const BACKGROUND_POINTS = POINTS / 8;
/** Mean optical density of nuclei by channel (red, green, blue) on PBC's training images. */
const REFERENCE = [1.1, 1.74, 0.39] as const;
const TINY = 1e-6;
const MIDDLE = (GRID - 1) / 2;
/** Where the search for the nucleus begins: variance of the first window, and the largest first radius, points. */
const START_SPREAD = 0.1 * (GRID / 2) ** 2;
const START_RADIUS = 9;
/** Windows reach this many radii of what was found so far. */
const REACH = 1.5;
const GROWTH_STEPS = 6;

/**
 * Crops x [N, 3, 256, 256], 0 to 255, around its cell and normalises the stain: [N, 3, size, size], 0 to 255; with
 * `own` [N, 6, size, size].
 *
 * The nucleus is what absorbs much red and green light against the background (red cells absorb hardly any red). Its
 * middle and spread, looked for around the picture's middle first, give place and size of the crop; the background
 * becomes white, if wanted; and the optical density of each channel is scaled so that the nucleus has the reference's. What lies
 * outside the picture is background.
 */
export function cellNormalization(x: Tensor, options: CellNormalizationOptions): Tensor {
  const batch = x.shape[0]!;
  const small = ops.averagePool(x, { poolSize: [SHRINK, SHRINK], strides: [SHRINK, SHRINK], pads: [0, 0, 0, 0] });
  const colour = ops.reshape(small, [batch, 3, POINTS]);
  const background = backgroundColour(colour); // [N, 3, 1]
  const density = ops.relu(ops.log(ops.div(plusOne(background), plusOne(colour)))); // [N, 3, P]
  const nucleus = findNucleus(density);
  const gain = stainGain(nucleus.density, options); // [N, 3]
  const crop = cropAround(x, background, nucleus, options); // transmission less 1, [N, 3, S, S]
  const { stain = 1 } = options;
  const clear = ops.clip(ops.add(crop, ops.scalar(1)), 1 / 256, 1);
  const transmission = stain === 1 ? clear : ops.pow(clear, ops.scalar(stain));
  const ownLight = ops.reshape(background, [batch, 3, 1, 1]);
  const power = ops.mul(ops.log(transmission), ops.reshape(gain, [batch, 3, 1, 1]));
  const normalized = ops.mul(ops.exp(power), options.white ? ops.scalar(255) : ownLight);
  return options.own ? ops.concat([ops.mul(transmission, ownLight), normalized], 1) : normalized;
}

/** The mean colour of the points with most green light: [N, 3, P] to [N, 3, 1]. */
function backgroundColour(colour: Tensor): Tensor {
  const green = channel(colour, 1);
  const threshold = ops.kthLargest(green, BACKGROUND_POINTS);
  const bright = ops.step(ops.add(ops.sub(green, threshold), ops.scalar(1e-3))); // [N, P]
  const share = ops.div(bright, ops.reduceSum(bright, [1], true));
  return ops.reduceSum(ops.mul(colour, perChannel(share)), [2], true);
}

interface Nucleus {
  /** Column and row of its middle, points of the working copy, [N, 1] each. */
  readonly column: Tensor;
  readonly row: Tensor;
  /** Points, [N, 1]. */
  readonly diameter: Tensor;
  /** Mean optical density by channel, [N, 3]. */
  readonly density: Tensor;
}

function findNucleus(density: Tensor): Nucleus {
  const red = channel(density, 0);
  const stain = ops.minimum(channel(density, 1), ops.mul(red, ops.scalar(1.6)));
  const prior = gaussian(0.3 * (GRID / 2) ** 2);
  const points = gridPoints();
  const central = ops.mul(stain, prior);
  const high = ops.kthLargest(central, Math.round(0.015 * POINTS));
  const mask = ops.step(ops.sub(stain, ops.mul(high, ops.scalar(0.5))));
  const stained = ops.mul(mask, stain);
  // From the picture's middle outwards: the window grows with what it holds, and ends steeply, so that a neighbour stays
  // outside. A trace of the wide window finds cells that are far off the middle.
  let near = ops.add(gaussian(START_SPREAD), ops.mul(prior, ops.scalar(0.02)));
  let place = placeOf(ops.mul(stained, near), points);
  for (let i = 0; i < GROWTH_STEPS; i++) {
    const radius = i === 0 ? ops.minimum(place.radius, ops.scalar(START_RADIUS)) : place.radius;
    const reach = ops.add(ops.mul(radius, ops.scalar(REACH)), ops.scalar(1));
    const distance = ops.div(squaredDistance(place, points), ops.mul(reach, reach));
    near = ops.exp(ops.neg(ops.mul(distance, ops.mul(distance, distance))));
    place = placeOf(ops.mul(stained, near), points);
  }
  // The darkest red tells nucleus from granules.
  const dark = ops.add(ops.mul(ops.mul(mask, near), ops.mul(red, ops.mul(red, red))), ops.scalar(TINY));
  const share = ops.div(dark, ops.reduceSum(dark, [1], true));
  return {
    column: place.column,
    row: place.row,
    diameter: ops.mul(place.radius, ops.scalar(2)),
    density: ops.reduceSum(ops.mul(density, perChannel(share)), [2]),
  };
}

interface Place {
  readonly column: Tensor;
  readonly row: Tensor;
  /** Radius of the disc of the same spread, [N, 1]. */
  readonly radius: Tensor;
}

/** Column and row of each point of the working copy, [1, P] each. */
interface Points {
  readonly columns: Tensor;
  readonly rows: Tensor;
}

/** Middle and spread of weights [N, P]. */
function placeOf(weights: Tensor, points: Points): Place {
  const positive = ops.add(weights, ops.scalar(TINY));
  const share = ops.div(positive, ops.reduceSum(positive, [1], true));
  const mean = (value: Tensor) => ops.reduceSum(ops.mul(share, value), [1], true);
  const column = mean(points.columns);
  const row = mean(points.rows);
  const spread = mean(squaredDistance({ column, row }, points));
  return { column, row, radius: ops.sqrt(ops.mul(spread, ops.scalar(2))) };
}

function squaredDistance({ column, row }: Pick<Place, "column" | "row">, { columns, rows }: Points): Tensor {
  const across = ops.sub(columns, column);
  const down = ops.sub(rows, row);
  return ops.add(ops.mul(across, across), ops.mul(down, down));
}

/** Factor on the optical density of each channel, [N, 3]. */
function stainGain(density: Tensor, options: CellNormalizationOptions): Tensor {
  const level = REFERENCE.reduce((sum, value) => sum + value, 0) / 3;
  const mean = ops.add(ops.reduceMean(density, [1], true), ops.scalar(TINY));
  const hue = ops.clip(ops.div(density, mean), 0.05, 3);
  const wanted = ops.constant(
    Float32Array.from(REFERENCE, (value) => value / level),
    [1, 3],
  );
  const hueGain = ops.pow(ops.div(wanted, hue), ops.scalar(options.hue));
  const densityGain = ops.pow(ops.div(ops.scalar(level), mean), ops.scalar(options.density));
  return ops.clip(ops.mul(hueGain, densityGain), 0.3, 3);
}

/** The crop as transmitted share of the background's light, less 1, so that the outside is 0: [N, 3, S, S]. */
function cropAround(x: Tensor, background: Tensor, nucleus: Nucleus, options: CellNormalizationOptions): Tensor {
  const batch = x.shape[0]!;
  const points = 2 * options.size; // two a pixel, then averaged, against aliasing
  const side = ops.clip(ops.mul(nucleus.diameter, ops.scalar(options.diameters)), 0.2 * GRID, 1.3 * GRID);
  const spread = ops.reshape(ops.mul(side, ops.scalar(1 / GRID)), [batch, 1, 1, 1]);
  const middle = (at: Tensor) =>
    ops.reshape(ops.add(ops.mul(at, ops.scalar(2 / GRID)), ops.scalar(1 / GRID - 1)), [batch, 1, 1, 1]);
  // A line of numbers becomes a plane by adding zeros, so that files hold lines alone.
  const steps = Float32Array.from({ length: points }, (_, i) => (2 * i + 1) / points - 1);
  const across = ops.mul(ops.constant(steps, [1, 1, points, 1]), spread);
  const down = ops.mul(ops.constant(steps, [1, points, 1, 1]), spread);
  const plane = (line: Tensor, zeros: readonly number[]) => ops.add(line, ops.full(zeros, 0));
  const grid = ops.concat(
    [
      plane(ops.add(across, middle(nucleus.column)), [1, points, 1, 1]),
      plane(ops.add(down, middle(nucleus.row)), [1, 1, points, 1]),
    ],
    3,
  );
  const share = ops.sub(ops.div(x, ops.reshape(background, [batch, 3, 1, 1])), ops.scalar(1));
  return ops.averagePool(ops.gridSample(share, grid), { poolSize: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });
}

/** Channel c of [N, 3, P]: [N, P]. */
function channel(x: Tensor, c: number): Tensor {
  return ops.reshape(ops.slice(x, 1, c, c + 1), [x.shape[0]!, x.shape[2]!]);
}

const perChannel = (x: Tensor) => ops.reshape(x, [x.shape[0]!, 1, x.shape[1]!]);
const plusOne = (x: Tensor) => ops.add(x, ops.scalar(1));

// What files hold of the working copy is a line of numbers for its columns and rows, and a quarter of what is symmetric.
function gridPoints(): Points {
  const line = Float32Array.from({ length: GRID }, (_, i) => i);
  const zeros = new Float32Array(GRID);
  const [across, down] = [[1, 1, GRID] as const, [1, GRID, 1] as const];
  const plane = (columns: Float32Array, rows: Float32Array) =>
    ops.reshape(ops.add(ops.constant(columns, across), ops.constant(rows, down)), [1, POINTS]);
  return { columns: plane(line, zeros), rows: plane(zeros, line) };
}

/** A bell around the middle of the working copy, [1, P]. */
function gaussian(variance: number): Tensor {
  const half = GRID / 2;
  const squared = (i: number) => (i - MIDDLE) ** 2;
  const quarter = Float32Array.from({ length: half * half }, (_, i) =>
    Math.exp(-(squared(Math.floor(i / half)) + squared(i % half)) / (2 * variance)),
  );
  const mirrored = Int32Array.from({ length: GRID }, (_, i) => Math.min(i, GRID - 1 - i));
  const whole = [0, 1].reduce((x, axis) => ops.gather(x, axis, mirrored), ops.constant(quarter, [half, half]));
  return ops.reshape(whole, [1, POINTS]);
}
