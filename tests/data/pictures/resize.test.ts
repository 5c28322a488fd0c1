import { readFileSync } from "node:fs";
import { Rng } from "@leukogram/engine/core/rng";
import fc from "fast-check";
import { coverage } from "leukogram/data/pictures/coverage";
import { interpolation } from "leukogram/data/pictures/interpolation";
import { resizeBilinear, resizeBilinearUint8, resizeByRows } from "leukogram/data/pictures/resize";
import { resizeArea, shrinkByRows } from "leukogram/data/pictures/resizeArea";
import { resizeInKernel, shrinkInKernel } from "leukogram/data/pictures/resizeKernel";
import { expect, test } from "vitest";
import { kernelModule } from "../../../scripts/writeKernels.ts";

const row = (...values: number[]) => ({
  height: 1,
  width: values.length,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});
const reds = (data: ArrayLike<number>) => Array.from({ length: data.length / 3 }, (_, i) => data[3 * i]);

test("takes half-pixel centres and repeats the edges", () => {
  // tf.image.resize([[[0], [100]]], [1, 4])
  expect(reds(resizeBilinear(row(0, 100), 1, 4))).toEqual([0, 25, 75, 100]);
  // Without antialiasing, a third of the size is every third pixel.
  expect(reds(resizeBilinear(row(0, 10, 20, 30, 40, 50), 1, 2))).toEqual([10, 40]);
});

test("rounds halves to the even grey level, as numpy does", () => {
  expect(reds(resizeBilinearUint8(row(0, 1), 1, 1))).toEqual([0]); // 0.5
  expect(reds(resizeBilinearUint8(row(1, 2), 1, 1))).toEqual([2]); // 1.5
});

test("keeps a plain picture plain, and every value between the least and the most", () => {
  const images = fc
    .record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) })
    .chain(({ height, width }) =>
      fc
        .uint8Array({ minLength: height * width * 3, maxLength: height * width * 3 })
        .map((data) => ({ height, width, data })),
    );
  const size = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(images, size, size, (image, height, width) => {
      const exact = resizeBilinear(image, height, width);
      const rounded = resizeBilinearUint8(image, height, width);
      expect(exact.length).toBe(height * width * 3);
      expect(Math.min(...exact)).toBeGreaterThanOrEqual(Math.min(...image.data));
      expect(Math.max(...exact)).toBeLessThanOrEqual(Math.max(...image.data));
      expect(rounded.every((value, i) => Math.abs(value - exact[i]!) <= 0.5)).toBe(true);
      if (height === image.height && width === image.width) expect([...exact]).toEqual([...image.data]);
    }),
    { seed: 20240502 },
  );
});

test("the kernel gives the bytes of the plain loops, whatever the sizes, also after larger pictures", () => {
  const side = fc.integer({ min: 1, max: 70 });
  const cases = fc.tuple(side, side, side, side, fc.integer());
  fc.assert(
    fc.property(cases, ([height, width, newHeight, newWidth, seed]) => {
      const rng = new Rng(seed);
      const image = { height, width, data: Uint8Array.from({ length: 3 * height * width }, () => rng.integer(256)) };
      const [rows, columns] = [interpolation(height, newHeight), interpolation(width, newWidth)];
      expect(Buffer.compare(resizeInKernel(image, rows, columns), resizeByRows(image, rows, columns))).toBe(0);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("so does the shrinking kernel", () => {
  const side = fc.integer({ min: 1, max: 70 });
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(side, side, share, share, fc.integer()), ([height, width, down, across, seed]) => {
      const rng = new Rng(seed);
      const image = { height, width, data: Uint8Array.from({ length: 3 * height * width }, () => rng.integer(256)) };
      const [rows, columns] = [coverage(height, Math.ceil(down * height)), coverage(width, Math.ceil(across * width))];
      expect(Buffer.compare(shrinkInKernel(image, rows, columns), shrinkByRows(image, rows, columns))).toBe(0);
    }),
    { seed: 8, numRuns: 300 },
  );
});

test("a picture too large for the kernel is resized all the same", () => {
  const image = { height: 2500, width: 2200, data: new Uint8Array(3 * 2500 * 2200).fill(90) };
  expect(new Set(resizeBilinearUint8(image, 5, 4))).toEqual(new Set([90]));
  expect(new Set(resizeArea(image, 5, 4))).toEqual(new Set([90]));
});

test("the kernel is what its source compiles to", async () => {
  const path = new URL("../../../packages/leukogram/src/data/pictures/resizeKernelWasm.ts", import.meta.url);
  expect(readFileSync(path, "utf8")).toBe(await kernelModule());
});
