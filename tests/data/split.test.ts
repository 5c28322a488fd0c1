import fc from "fast-check";
import { NumpyRandomState } from "leukogram/data/sampling/numpyRandom";
import { splitDataset } from "leukogram/data/sampling/split";
import { describe, expect, test } from "vitest";
import { madeUp } from "./folders.ts";

const NAMES = ["a", "b", "c"];
const SEED = 20240501;

describe("splitDataset, stratified", () => {
  const groupsOfOneClass = fc
    .array(fc.record({ label: fc.nat(2), size: fc.integer({ min: 1, max: 5 }) }), { minLength: 2, maxLength: 40 })
    .map((groups) =>
      groups.flatMap(({ label, size }, g) => Array.from({ length: size }, () => [label, `g${g}`] as const)),
    );

  test("never parts a group, loses no image, and validates every class with two groups", () => {
    fc.assert(
      fc.property(
        groupsOfOneClass,
        fc.nat(99),
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        (entries, seed, share) => {
          const dataset = madeUp(NAMES, entries);
          const counts = NAMES.map((_, label) => new Set(entries.filter(([l]) => l === label).map(([, g]) => g)).size);
          fc.pre(counts.some((count) => count > 1));
          const { train, validation } = splitDataset(dataset, { validationFraction: share, seed });
          const trained = new Set(train.map((sample) => sample.group));
          expect(validation.some((sample) => trained.has(sample.group))).toBe(false);
          expect(train.length + validation.length).toBe(entries.length);
          for (const [label, count] of counts.entries()) {
            expect(validation.some((sample) => sample.label === label)).toBe(count > 1);
            expect(train.some((sample) => sample.label === label)).toBe(count > 0);
          }
        },
      ),
      { seed: SEED },
    );
  });

  test("keeps patients whole though they have images of several classes", () => {
    const entries = Array.from({ length: 300 }, (_, i) => [i % 3, `patient${(i * 7) % 20}`] as const);
    const { train, validation } = splitDataset(madeUp(NAMES, entries), { seed: 4 });
    const trained = new Set(train.map((sample) => sample.group));
    expect(validation.every((sample) => !trained.has(sample.group))).toBe(true);
    for (const label of [0, 1, 2]) {
      const share = validation.filter((sample) => sample.label === label).length / 100;
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.3);
    }
  });

  test("sets the fraction of every class apart where all groups are single images", () => {
    const entries = Array.from({ length: 100 }, (_, i) => [i < 70 ? 0 : i < 90 ? 1 : 2, `g${i}`] as const);
    const { validation } = splitDataset(madeUp(NAMES, entries), { validationFraction: 0.2 });
    expect([0, 1, 2].map((label) => validation.filter((sample) => sample.label === label).length)).toEqual([14, 4, 2]);
  });

  test("depends on the seed, and not on the order of the images", () => {
    const entries = Array.from({ length: 60 }, (_, i) => [i % 3, `g${i}`] as const);
    const groupsOf = (list: typeof entries, seed: number) =>
      splitDataset(madeUp(NAMES, list), { seed })
        .validation.map((sample) => sample.group)
        .sort();
    expect(groupsOf(entries, 1)).toEqual(groupsOf([...entries].reverse(), 1));
    expect(groupsOf(entries, 1)).not.toEqual(groupsOf(entries, 2));
  });

  test("sets nothing apart for a fraction of 0, and refuses one out of range or too few groups", () => {
    const two = madeUp(NAMES, [
      [0, "g"],
      [1, "g"],
    ]);
    expect(splitDataset(two, { validationFraction: 0 }).validation).toEqual([]);
    expect(() => splitDataset(two, { validationFraction: 1 })).toThrow(
      "ERR_USAGE the validation fraction must be in [0, 1), received 1. Give a share such as 0.2.",
    );
    expect(() => splitDataset(two)).toThrow("2 images in 1 groups are too few to hold out 0.2 of them");
  });
});

describe("splitDataset, keras", () => {
  test("takes the last of numpy's shuffled list, rounded down", () => {
    const entries = Array.from({ length: 11 }, (_, i) => [i % 3, `g${i}`] as const);
    const { train, validation } = splitDataset(madeUp(NAMES, entries), { method: "keras", seed: 7 });
    // numpy.random.RandomState(7).shuffle(list(range(11)))
    expect([...train, ...validation].map((sample) => Number.parseInt(sample.file, 10))).toEqual(SHUFFLED_7);
    expect(validation.length).toBe(2);
  });
});

const SHUFFLED_7 = [8, 5, 0, 2, 1, 10, 7, 3, 6, 9, 4];

describe("NumpyRandomState", () => {
  test("draws numpy's numbers", () => {
    const random = new NumpyRandomState(123);
    expect(Array.from({ length: 3 }, () => random.uint32())).toEqual([2991312382, 3062119789, 1228959102]);
  });

  test("draws numpy's numbers beyond its first 624 words", () => {
    const random = new NumpyRandomState(4294967295);
    for (let i = 0; i < 1000; i++) random.uint32();
    expect(random.uint32()).toBe(1661208369);
  });

  test("refuses what numpy refuses as a seed", () => {
    for (const seed of [-1, 2 ** 32, 0.5]) expect(() => new NumpyRandomState(seed)).toThrow(RangeError);
  });
});
