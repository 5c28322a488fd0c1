import { DENSITY } from "./density.ts";
import type { Field } from "./field.ts";
import { levelBelow } from "./levels.ts";

/** Places along each side of the grid on which the cell is looked for, an empty margin of one place included. */
export const CELL_GRID = 42;

const COUNT = CELL_GRID * CELL_GRID;
const LAST = CELL_GRID - 1;

/** A rough outline of the white cell in the middle of a field. */
export interface CellMask {
  /** [42 * 42]; how much a place belongs to the cell, 0 to 255, soft at its edge. */
  readonly mask: Float32Array;
  /** Grey levels of the background. */
  readonly background: readonly [number, number, number];
}

/**
 * Finds the cell in the middle of a field well enough to change what is around it: the darkest red light near the
 * middle is nucleus; from there the cell grows over all that is denser than the background, at most by the nucleus's
 * radius. Touching red cells may come with it.
 */
export function findCellMask(field: Field): CellMask {
  const levels = gridLevels(field);
  const background = backgroundOf(levels);
  const [red, green, blue] = background.map((level) => DENSITY[level]!) as [number, number, number];
  const stained = new Uint8Array(COUNT);
  const nuclear = new Float32Array(COUNT);
  let most = 0;
  for (let i = 0; i < COUNT; i++) {
    const excess = DENSITY[levels[3 * i]!]! - red;
    stained[i] =
      excess + DENSITY[levels[3 * i + 1]!]! - green + DENSITY[levels[3 * i + 2]!]! - blue > LEAST_STAIN ? 1 : 0;
    nuclear[i] = excess * NEARNESS[i]!;
    most = Math.max(most, nuclear[i]!);
  }
  let cell = new Uint8Array(COUNT);
  let area = 0;
  for (let i = 0; i < COUNT; i++) area += cell[i] = nuclear[i]! > most / 2 ? 1 : 0;
  const radius = Math.round(Math.sqrt(area / Math.PI));
  for (let step = 0; step < radius; step++) cell = grown(cell, stained, step % 2 === 0 ? 0 : 1);
  const mask = Float32Array.from(grown(cell, INSIDE, 1), (inside) => 255 * inside);
  return { mask: softened(softened(mask)), background };
}

/** Least sum of three optical densities above the background's that is no longer background. */
const LEAST_STAIN = 0.25;

// All but the margin, which has no neighbours on one side.
const INSIDE: Uint8Array = Uint8Array.from({ length: COUNT }, (_, i) => {
  const [row, column] = [Math.floor(i / CELL_GRID), i % CELL_GRID];
  return row > 0 && row < LAST && column > 0 && column < LAST ? 1 : 0;
});

// How much a place's density counts in the search for the nucleus: less far from the middle, nothing in the margin.
const NEARNESS: Float32Array = Float32Array.from({ length: COUNT }, (_, i) => {
  const y = Math.floor(i / CELL_GRID) / LAST - 0.5;
  const x = (i % CELL_GRID) / LAST - 0.5;
  return INSIDE[i]! * Math.exp(-(x * x + y * y) / 0.06);
});

// [42 * 42 * 3]: the field's pixels at the middle of each place.
function gridLevels({ data, height, width }: Field): Uint8Array {
  const levels = new Uint8Array(COUNT * 3);
  for (let row = 0, to = 0; row < CELL_GRID; row++) {
    const start = Math.floor(((row + 0.5) * height) / CELL_GRID) * width;
    for (let column = 0; column < CELL_GRID; column++, to += 3) {
      const from = (start + Math.floor(((column + 0.5) * width) / CELL_GRID)) * 3;
      levels[to] = data[from]!;
      levels[to + 1] = data[from + 1]!;
      levels[to + 2] = data[from + 2]!;
    }
  }
  return levels;
}

// The mean colour of the places whose green light is above that of four fifths, the brightest twentieth left out.
function backgroundOf(levels: Uint8Array): [number, number, number] {
  const [low, high] = [greenBelow(levels, 0.8), greenBelow(levels, 0.95)];
  let [red, green, blue, count] = [0, 0, 0, 0];
  for (let i = 0; i < 3 * COUNT; i += 3) {
    if (levels[i + 1]! < low || levels[i + 1]! > high) continue;
    count++;
    red += levels[i]!;
    green += levels[i + 1]!;
    blue += levels[i + 2]!;
  }
  return [Math.round(red / count), Math.round(green / count), Math.round(blue / count)];
}

// The level of green light that the share `part` of the places does not pass.
function greenBelow(levels: Uint8Array, part: number): number {
  const places = new Uint16Array(256);
  for (let i = 1; i < 3 * COUNT; i += 3) places[levels[i]!] = places[levels[i]!]! + 1;
  return levelBelow(places, part * COUNT);
}

// One step of growth where it is allowed, to the 4 neighbours, or all 8; never into the margin.
function grown(cell: Uint8Array, allowed: Uint8Array, corners: 0 | 1): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(cell);
  for (let i = CELL_GRID + 1; i < COUNT - CELL_GRID - 1; i++) {
    if (cell[i]! | (1 - allowed[i]!)) continue;
    const sides = cell[i - CELL_GRID]! | cell[i - 1]! | cell[i + 1]! | cell[i + CELL_GRID]!;
    const slants =
      cell[i - CELL_GRID - 1]! | cell[i - CELL_GRID + 1]! | cell[i + CELL_GRID - 1]! | cell[i + CELL_GRID + 1]!;
    out[i] = (sides | (slants & corners)) & INSIDE[i]!;
  }
  return out;
}

// The mean of each place and its 8 neighbours: three in a row, then three rows.
function softened(mask: Float32Array): Float32Array {
  const rows = new Float32Array(COUNT);
  const out = new Float32Array(COUNT);
  for (let i = 1; i < COUNT - 1; i++) rows[i] = mask[i - 1]! + mask[i]! + mask[i + 1]!;
  for (let i = CELL_GRID; i < COUNT - CELL_GRID; i++) {
    out[i] = (INSIDE[i]! * (rows[i - CELL_GRID]! + rows[i]! + rows[i + CELL_GRID]!)) / 9;
  }
  return out;
}
