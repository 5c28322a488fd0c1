import { Rng } from "@leukogram/engine/core/rng";
import { layoutTarget } from "leukogram/data/pictures/pixelLayout";
import { mixImages } from "leukogram/training/mixImages";
import { describe, expect, test } from "vitest";

const [SIZE, CLASSES] = [8, 3];
const layouts = [1, 2].map((phases) => ({ phases, height: SIZE / phases, width: SIZE / phases }));
const labels = Int32Array.of(2, 0);

/** Two images, one of 200 everywhere and one of 100. */
const flat = () => Uint8Array.from({ length: 2 * SIZE * SIZE * 3 }, (_, i) => (i < SIZE * SIZE * 3 ? 200 : 100));

describe.each(layouts)("mixing images in $phases phases", (layout) => {
  const draws = Array.from({ length: 20 }, (_, seed) => seed);

  test("lays whole images over each other by the share of their labels", () => {
    for (const seed of draws) {
      const options = { mixup: 0.5, cutmix: 0, classes: CLASSES, layout };
      const { images, targets } = mixImages({ images: flat(), labels }, options, new Rng(seed));
      const share = targets![2]!;
      for (const [i, wanted] of [1 - share, 0, share, share, 0, 1 - share].entries())
        expect(targets![i]!).toBeCloseTo(wanted, 6);
      expect(new Set(images.subarray(0, SIZE * SIZE * 3)).size).toBe(1);
      expect(Math.abs(images[0]! - (100 + 100 * share))).toBeLessThanOrEqual(0.51);
      expect(Math.abs(images.at(-1)! - (200 - 100 * share))).toBeLessThanOrEqual(0.51);
    }
  });

  test("puts one rectangle of the other image in, all channels, and counts its pixels", () => {
    for (const seed of draws) {
      const options = { mixup: 0, cutmix: 1, classes: CLASSES, layout };
      const { images, targets } = mixImages({ images: flat(), labels }, options, new Rng(seed));
      const { rows, columns, channelStride } = layoutTarget(layout, SIZE, SIZE);
      const at = (row: number, column: number, channel: number) =>
        images[rows[row]! + columns[column]! + channel * channelStride]!;
      const pasted: number[][] = [];
      for (let row = 0; row < SIZE; row++)
        for (let column = 0; column < SIZE; column++) {
          const values = [0, 1, 2].map((channel) => at(row, column, channel));
          expect(new Set(values).size).toBe(1);
          if (values[0] === 100) pasted.push([row, column]);
        }
      const extent = (axis: number) => new Set(pasted.map((place) => place[axis])).size;
      expect(pasted).toHaveLength(extent(0) * extent(1));
      expect(targets![2]).toBeCloseTo(1 - pasted.length / SIZE ** 2, 6);
    }
  });
});

test("draws either kind where both are on, the same from the same seed, and leaves the batch as it was", () => {
  const [layout] = layouts as [(typeof layouts)[0]];
  const options = { mixup: 1, cutmix: 1, classes: CLASSES, layout };
  const mix = (seed: number) => mixImages({ images: flat(), labels }, options, new Rng(seed));
  const kinds = Array.from({ length: 40 }, (_, seed) => new Set(mix(seed).images).has(100));
  expect(new Set(kinds).size).toBe(2);
  expect(mix(3)).toEqual(mix(3));
  const batch = { images: flat(), labels };
  mixImages(batch, options, new Rng(0));
  expect(batch.images).toEqual(flat());
});
