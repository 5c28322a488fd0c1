import { DENSITY, LIGHT, lightIndex } from "leukogram/data/microscopy/density";
import { restain, stainLevels } from "leukogram/data/microscopy/restain";
import { expect, test } from "vitest";
import { BACKGROUND, NUCLEUS, picture, RED_CELL } from "./support/drawnCells.ts";

const cell = (nucleus: readonly number[], red: readonly number[], background: readonly number[]) =>
  picture(
    200,
    200,
    [
      { x: 100, y: 100, radius: 40, colour: nucleus },
      { x: 40, y: 40, radius: 20, colour: red },
    ],
    [...background],
  ).data;
// The same cell with another lamp and a paler stain: of each channel the density is stretched and moved.
const elsewhere = (colour: readonly number[]) =>
  colour.map((level, c) => Math.round(LIGHT[lightIndex(0.6 * DENSITY[level]! + [0.1, 0.2, 0.05][c]!)]!));

test("gives a picture another one's background and stain, all the way or a share of it", () => {
  const own = cell(NUCLEUS, RED_CELL, BACKGROUND);
  const other = cell(elsewhere(NUCLEUS), elsewhere(RED_CELL), elsewhere(BACKGROUND));
  const whole = Uint8Array.from(own);
  restain(whole, stainLevels(own), stainLevels(other), 1);
  for (let i = 0; i < own.length; i++) expect(Math.abs(whole[i]! - other[i]!)).toBeLessThanOrEqual(2);
  const half = Uint8Array.from(own);
  restain(half, stainLevels(own), stainLevels(other), 0.5);
  const middle = (100 * 200 + 100) * 3;
  expect(half[middle]).toBeGreaterThan(own[middle]!);
  expect(half[middle]).toBeLessThan(other[middle]!);
});

test("leaves a picture as it is where the other is the same, and stretches an empty one by no more than a factor of 4", () => {
  const own = cell(NUCLEUS, RED_CELL, BACKGROUND);
  const same = Uint8Array.from(own);
  restain(same, stainLevels(own), stainLevels(own), 1);
  for (let i = 0; i < own.length; i++) expect(Math.abs(same[i]! - own[i]!)).toBeLessThanOrEqual(1);
  const empty = picture(200, 200, []).data;
  const moved = Uint8Array.from(empty);
  restain(moved, stainLevels(empty), stainLevels(own), 1);
  for (let i = 0; i < empty.length; i++) expect(Math.abs(moved[i]! - empty[i]!)).toBeLessThanOrEqual(1);
});
