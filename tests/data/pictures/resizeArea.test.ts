import { resizeBilinearUint8 } from "leukogram/data/pictures/resize";
import { resizeArea } from "leukogram/data/pictures/resizeArea";
import { describe, expect, test } from "vitest";

const image = (height: number, width: number, level: (row: number, column: number) => number) => ({
  height,
  width,
  data: Uint8Array.from({ length: height * width * 3 }, (_, i) =>
    level(Math.floor(i / 3 / width), Math.floor(i / 3) % width),
  ),
});

describe("resizeArea", () => {
  test("takes the mean of whole pixels", () => {
    const out = resizeArea(
      image(4, 6, (row, column) => 10 * row + 20 * column),
      2,
      2,
    );
    // Rows 0 and 1, columns 0 to 2: 5 + 20; then columns 3 to 5, rows 2 and 3.
    expect([...out].filter((_, i) => i % 3 === 0)).toEqual([25, 85, 45, 105]);
  });

  test("takes parts of pixels by their share", () => {
    const out = resizeArea(
      image(1, 3, (_, column) => [0, 90, 240][column]!),
      1,
      2,
    );
    expect([out[0], out[3]]).toEqual([30, 190]); // (0 + 90 / 2) / 1.5, (90 / 2 + 240) / 1.5
  });

  test("keeps the mean of a fine pattern, which bilinear interpolation does not", () => {
    const stripes = image(363, 360, (_, column) => (column % 3 === 0 ? 255 : 0));
    const mean = (pixels: Uint8Array) => pixels.reduce((sum, level) => sum + level, 0) / pixels.length;
    expect(mean(resizeArea(stripes, 128, 120))).toBeCloseTo(85, 0);
    expect(Math.abs(mean(resizeBilinearUint8(stripes, 128, 120)) - 85)).toBeGreaterThan(20);
  });

  test("is the image itself at its size, and bilinear where a side grows", () => {
    const small = image(5, 7, (row, column) => 30 * row + 7 * column);
    expect(resizeArea(small, 5, 7)).toEqual(small.data);
    expect(resizeArea(small, 9, 4)).toEqual(resizeBilinearUint8(small, 9, 4));
  });
});
