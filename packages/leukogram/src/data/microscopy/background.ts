import type { Rng } from "@leukogram/engine/core/rng";
import { CELL_GRID, type CellMask } from "./cellMask.ts";
import { DENSITY } from "./density.ts";
import type { Placement } from "./field.ts";

/** What chance decided for the background of a picture. */
export interface BackgroundDraw {
  /** Grey levels of the new one, 0 to 255. */
  readonly colour: readonly [number, number, number];
  /** Share of their density that red cells and platelets keep. */
  readonly keep: number;
  /** How far the cell's own colours are left out of the change: 1 for all the way, 0 as if the lamp had changed. */
  readonly shelter: number;
}

/** A new background for a picture, ready for its pixels; densities are optical, of three channels. */
export interface BackgroundSwap extends Pick<BackgroundDraw, "keep" | "shelter"> {
  /** [height * width]; how much a pixel belongs to the cell, 0 to 255. */
  readonly mask: Uint8Array;
  /** The old background's density. */
  readonly density: readonly [number, number, number];
  /** What is added to it. */
  readonly move: readonly [number, number, number];
}

/** Backgrounds of empty slides in different laboratories' pictures, grey levels. */
const COLOURS = [
  [252, 252, 252],
  [225, 225, 228],
  [190, 190, 190],
  [250, 248, 150],
  [240, 215, 140],
  [255, 235, 205],
  [225, 210, 240],
  [200, 195, 235],
  [245, 215, 225],
  [205, 225, 215],
] as const;

/** Draws a new background; all but the cell loses at most the share `most` of its density. */
export function drawBackground(rng: Rng, most: number): BackgroundDraw {
  const colour = COLOURS[rng.integer(COLOURS.length)]!;
  const near = (level: number) => Math.min(255, Math.max(0, level + rng.uniform(-12, 12)));
  return {
    colour: [near(colour[0]), near(colour[1]), near(colour[2])],
    keep: 1 - rng.uniform(0, most),
    shelter: rng.uniform(),
  };
}

/** Brings a drawn background to a picture of `size`, placed in the field that `found` was found in. */
export function swapBackground(
  draw: BackgroundDraw,
  found: CellMask,
  { placement, height, width, into }: { placement: Placement; height: number; width: number; into: Uint8Array },
): BackgroundSwap {
  placeMask(found.mask, { placement, height, width, into });
  const density = found.background.map((level) => DENSITY[level]!) as [number, number, number];
  const move = density.map((old, i) => DENSITY[Math.round(draw.colour[i]!)]! - old) as [number, number, number];
  return { keep: draw.keep, shelter: draw.shelter, mask: into, density, move };
}

// Bilinear, without the elastic bending, which a soft mask does not need.
function placeMask(
  mask: Float32Array,
  { placement, height, width, into }: { placement: Placement; height: number; width: number; into: Uint8Array },
): void {
  const { row: toRow, column: toColumn } = placement;
  const last = CELL_GRID - 1;
  const [yStep, xStep] = [(toRow[1] * CELL_GRID) / width, (toColumn[1] * CELL_GRID) / width];
  for (let row = 0, i = 0; row < height; row++) {
    const v = (row + 0.5) / height - 0.5;
    const u = 0.5 / width - 0.5;
    let y = (toRow[0] * v + toRow[1] * u + toRow[2] + 0.5) * CELL_GRID - 0.5;
    let x = (toColumn[0] * v + toColumn[1] * u + toColumn[2] + 0.5) * CELL_GRID - 0.5;
    for (let column = 0; column < width; column++, i++, y += yStep, x += xStep) {
      if (y < 0 || x < 0 || y >= last || x >= last) {
        into[i] = 0;
        continue;
      }
      const at = (y | 0) * CELL_GRID + (x | 0);
      const across = x - (x | 0);
      const upper = mask[at]! + (mask[at + 1]! - mask[at]!) * across;
      const lower = mask[at + CELL_GRID]! + (mask[at + CELL_GRID + 1]! - mask[at + CELL_GRID]!) * across;
      into[i] = upper + (lower - upper) * (y - (y | 0));
    }
  }
}
