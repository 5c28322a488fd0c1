import { cellSizes, redCellWidths } from "leukogram/data/microscopy/redCellWidths";
import { expect, test } from "vitest";
import { type Disc, NUCLEUS, picture, RED_CELL } from "./support/drawnCells.ts";

const white: Disc = { x: 180, y: 180, radius: 45, colour: NUCLEUS };
const red = (x: number, y: number, radius = 34): Disc => ({ x, y, radius, colour: RED_CELL });
const pale = (x: number, y: number): Disc[] => [red(x, y), { x, y, radius: 14, colour: [248, 233, 213] }];

test("measures red cells that lie alone, pale middles or not", () => {
  const { nucleus, redCells } = cellSizes(picture(360, 360, [white, red(60, 60), ...pale(300, 70), red(70, 290)]));
  expect(nucleus).toBeDefined();
  expect(redCells).toHaveLength(3);
  for (const width of redCells) expect(Math.abs(width / 68 - 1)).toBeLessThan(0.04);
});

test("leaves out those that touch one another, are cut by the edge, or are no red cells by their size", () => {
  const touching = [red(60, 60), red(118, 60)];
  const cut = red(20, 290);
  const platelet = red(300, 300, 12);
  expect(cellSizes(picture(360, 360, [white, ...touching, cut, platelet])).redCells).toEqual([]);
});

test("leaves out the white cell's own neighbourhood, and finds none in an empty picture", () => {
  expect(cellSizes(picture(360, 360, [white, red(262, 180)])).redCells).toEqual([]);
  expect(cellSizes(picture(360, 360, [])).redCells).toEqual([]);
  expect(redCellWidths(picture(12, 12, []), { x: 6, y: 6, diameter: 4 })).toEqual([]);
});
