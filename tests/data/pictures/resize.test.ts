import fc from "fast-check";
import { resizeBilinear, resizeBilinearUint8 } from "leukogram/data/pictures/resize";
import { expect, test } from "vitest";

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
