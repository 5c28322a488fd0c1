import { assignFolds } from "leukogram/data/sampling/folds";
import { describe, expect, test } from "vitest";
import { madeUp } from "./folders.ts";

const CLASSES = ["A", "B", "C"];

describe("assignFolds", () => {
  test("gives each fold its share of every class", () => {
    const counts = [50, 23, 7];
    const { samples } = madeUp(
      CLASSES,
      counts.flatMap((count, label) => Array.from({ length: count }, (_, i) => [label, `${label}-${i}`] as const)),
    );
    const folds = assignFolds(samples, { folds: 5, seed: 3 });
    for (const [label, count] of counts.entries())
      for (let fold = 0; fold < 5; fold++) {
        const held = samples.filter((sample, i) => sample.label === label && folds[i] === fold).length;
        expect(Math.abs(held - count / 5)).toBeLessThan(1);
      }
  });

  test("keeps groups whole, those of several classes too", () => {
    const { samples } = madeUp(
      CLASSES,
      Array.from({ length: 90 }, (_, i) => [i % 3, `slide ${Math.floor(i / 6)}`] as const),
    );
    const folds = assignFolds(samples, { folds: 3 });
    const seen = new Map<string, number>();
    for (const [i, { group }] of samples.entries()) {
      expect(seen.get(group) ?? folds[i]).toBe(folds[i]);
      seen.set(group, folds[i]!);
    }
    expect(new Set(folds).size).toBe(3);
  });

  test("does not depend on the order of the images, but on the seed", () => {
    const { samples } = madeUp(
      CLASSES,
      Array.from({ length: 60 }, (_, i) => [i % 3, `g${i}`] as const),
    );
    const folds = assignFolds(samples, { seed: 1 });
    const backwards = assignFolds([...samples].reverse(), { seed: 1 });
    expect(backwards.reverse()).toEqual(folds);
    expect(assignFolds(samples, { seed: 2 })).not.toEqual(folds);
  });

  test("refuses too few folds or groups", () => {
    const { samples } = madeUp(CLASSES, [
      [0, "a"],
      [1, "a"],
      [2, "b"],
    ]);
    expect(() => assignFolds(samples, { folds: 1 })).toThrow(
      "ERR_USAGE folds: expected a whole number above 1, received 1",
    );
    expect(() => assignFolds(samples, { folds: 3 })).toThrow("ERR_DATA 2 groups of images are too few for 3 folds");
  });
});
