import { readdirSync } from "node:fs";
import { findNucleus } from "leukogram/data/microscopy/nucleus";
import { cellSizes } from "leukogram/data/microscopy/redCellWidths";
import { decodeImage } from "leukogram/data/pictures/image";
import { resizeArea } from "leukogram/data/pictures/resizeArea";
import { measureScale } from "leukogram/data/scale/scale";
import { expect, test } from "vitest";
import { shared, testWith } from "../../support/shared.ts";
import { BACKGROUND, NUCLEUS, picture, RED_CELL } from "./support/drawnCells.ts";

test("measures a nucleus's middle and diameter in pixels of the picture", () => {
  for (const side of [120, 360, 575]) {
    const disc = { x: 0.55 * side, y: 0.45 * side, radius: 0.14 * side, colour: NUCLEUS };
    const found = findNucleus(picture(side, side, [disc]))!;
    expect(Math.abs(found.x - disc.x)).toBeLessThan(0.01 * side);
    expect(Math.abs(found.y - disc.y)).toBeLessThan(0.01 * side);
    expect(Math.abs(found.diameter / (2 * disc.radius) - 1)).toBeLessThan(0.04);
  }
});

test("takes lobes with a small gap for one nucleus, and leaves a neighbour outside", () => {
  const lobes = [
    { x: 160, y: 180, radius: 22, colour: NUCLEUS },
    { x: 210, y: 180, radius: 22, colour: NUCLEUS },
  ];
  const neighbour = { x: 330, y: 40, radius: 26, colour: NUCLEUS };
  const found = findNucleus(picture(360, 360, [...lobes, neighbour]))!;
  expect(Math.abs(found.diameter / (2 * 22 * Math.SQRT2) - 1)).toBeLessThan(0.06);
  expect(Math.abs(found.x - 185)).toBeLessThan(3);
});

test("is not drawn to red cells, however many there are", () => {
  const reds = Array.from({ length: 25 }, (_, i) => ({
    x: 40 + 70 * (i % 5),
    y: 40 + 70 * Math.floor(i / 5),
    radius: 34,
    colour: RED_CELL,
  }));
  const found = findNucleus(picture(360, 360, [...reds, { x: 180, y: 180, radius: 45, colour: NUCLEUS }]))!;
  expect(Math.abs(found.diameter / 90 - 1)).toBeLessThan(0.05);
});

test("finds the same in half the light", () => {
  const dim = (colour: readonly number[]) => colour.map((level) => Math.round((level + 1) / 2 - 1));
  const disc = { x: 100, y: 100, radius: 30, colour: NUCLEUS };
  const bright = findNucleus(picture(200, 200, [disc]))!;
  const dark = findNucleus(picture(200, 200, [{ ...disc, colour: dim(NUCLEUS) }], dim(BACKGROUND)))!;
  expect(Math.abs(dark.diameter / bright.diameter - 1)).toBeLessThan(0.03);
});

test("finds none in an empty picture, and none in one that is too small to see", () => {
  expect(findNucleus(picture(200, 200, []))).toBeUndefined();
  expect(findNucleus(picture(4, 4, []))).toBeUndefined();
});

const folders = ["data/pbc/Test", "data/chula"];

testWith(...folders)("gives the same scale for the same cells at another size, in two laboratories", async () => {
  for (const folder of folders) {
    const types = readdirSync(shared(folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const files = types.flatMap(({ name }) =>
      readdirSync(shared(`${folder}/${name}`))
        .slice(0, 12)
        .map((file) => shared(`${folder}/${name}/${file}`)),
    );
    const images = await Promise.all(files.map((file) => decodeImage(file)));
    const small = images.map((image) => {
      const [width, height] = [Math.round(image.width / 2), Math.round(image.height / 2)];
      return { width, height, data: resizeArea(image, height, width) };
    });
    const [whole, half] = [images, small].map((all) => measureScale(all.map(cellSizes)).scale!);
    expect(Math.abs((2 * half!.redCell) / whole!.redCell - 1)).toBeLessThan(0.05);
    // A red cell of 7.2 micrometres at 0.10 a pixel, as the README of chula says; boxes around PBC's are 79 wide.
    expect(whole!.source).toBe("red cells");
    expect(Math.abs(whole!.redCell / 72 - 1)).toBeLessThan(0.05);
  }
});
