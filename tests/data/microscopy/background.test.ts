import { Rng } from "@leukogram/engine/core/rng";
import { drawBackground } from "leukogram/data/microscopy/background";
import { CELL_GRID, findCellMask } from "leukogram/data/microscopy/cellMask";
import { describe, expect, test } from "vitest";
import { fieldOf, make, meanOf } from "./fields.ts";

const SIZE = 96;
const distance = (pixel: number) =>
  Math.hypot(Math.floor(pixel / SIZE) - SIZE / 2 + 0.5, (pixel % SIZE) - SIZE / 2 + 0.5);
const inRedCell = (pixel: number) => Math.hypot(Math.floor(pixel / SIZE) - 14, (pixel % SIZE) - 14) < 9;

/** A purple nucleus in pale cytoplasm in the middle, a red cell in a corner, on cream. */
const field = fieldOf(SIZE, SIZE, (row, column, channel) => {
  const pixel = row * SIZE + column;
  if (distance(pixel) < 12) return [70, 40, 130][channel]!;
  if (distance(pixel) < 18) return [190, 170, 205][channel]!;
  if (inRedCell(pixel)) return [200, 160, 160][channel]!;
  return [253, 229, 200][channel]!;
});
const isEmpty = (pixel: number) =>
  distance(pixel) > 30 && Math.hypot(Math.floor(pixel / SIZE) - 14, (pixel % SIZE) - 14) > 12;

describe("the cell mask", () => {
  test("holds nucleus and cytoplasm, not the red cell, and knows the background", () => {
    const { mask, background } = findCellMask(field);
    expect(background).toEqual([253, 229, 200]);
    const at = (pixel: number) => {
      const row = Math.floor((Math.floor(pixel / SIZE) * CELL_GRID) / SIZE);
      return mask[row * CELL_GRID + Math.floor(((pixel % SIZE) * CELL_GRID) / SIZE)]!;
    };
    for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
      if (distance(pixel) < 15) expect(at(pixel)).toBeGreaterThan(150);
      if (distance(pixel) > 30) expect(at(pixel)).toBe(0);
    }
  });
});

describe("a background swap", () => {
  const swap = (changes: object) =>
    make(field, { background: { colour: [250, 248, 150], keep: 0, shelter: 1, ...changes } });

  test("gives the background its colour, fades the red cell and leaves the nucleus", () => {
    const out = swap({});
    for (const [channel, level] of [250, 248, 150].entries()) {
      expect(meanOf(out, channel, isEmpty)).toBeCloseTo(level, -0.4);
      expect(meanOf(out, channel, inRedCell)).toBeCloseTo(level, -0.4);
      expect(meanOf(out, channel, (i) => distance(i) < 10)).toBeCloseTo([70, 40, 130][channel]!, -0.4);
    }
  });

  test("keeps the red cell's density where asked to", () => {
    const out = swap({ keep: 1 });
    // The blue channel's light: red cell over background, as before.
    expect(meanOf(out, 2, inRedCell) / meanOf(out, 2, isEmpty)).toBeCloseTo(161 / 201, 1);
  });

  test("changes the cell like the background where it has no shelter", () => {
    const out = swap({ shelter: 0 });
    expect(meanOf(out, 2, (i) => distance(i) < 10)).toBeCloseTo(130 * (151 / 201), -0.5);
  });

  test("follows the picture's place in the field", () => {
    const half = make(field, { background: { colour: [190, 190, 190], keep: 0, shelter: 1 }, scale: 0.6 }, SIZE);
    const near = (pixel: number) => distance(pixel) < 16;
    expect(meanOf(half, 0, near)).toBeCloseTo(70, -0.5);
    expect(meanOf(half, 0, (i) => distance(i) > 45)).toBeCloseTo(190, -0.5);
  });

  test("is drawn within its strength", () => {
    const rng = new Rng(4);
    for (let i = 0; i < 200; i++) {
      const { colour, keep, shelter } = drawBackground(rng, 0.6);
      expect(keep).toBeGreaterThanOrEqual(0.4);
      expect(keep).toBeLessThanOrEqual(1);
      expect(shelter).toBeGreaterThanOrEqual(0);
      for (const level of colour) expect(level >= 0 && level <= 255).toBe(true);
    }
  });
});
