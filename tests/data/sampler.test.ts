import fc from "fast-check";
import { classWeights, epochOrder } from "leukogram/data/sampling/sampler";
import { describe, expect, test } from "vitest";

const labels = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
const counts = (order: readonly number[]) => [0, 1, 2].map((label) => order.filter((i) => labels[i] === label).length);

describe("epochOrder", () => {
  test("gives each image once, in another order each epoch and for each seed", () => {
    const first = epochOrder(labels, 3, { epoch: 0, seed: 1 });
    expect([...first].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
    expect(epochOrder(labels, 3, { epoch: 0, seed: 1 })).toEqual(first);
    expect(epochOrder(labels, 3, { epoch: 1, seed: 1 })).not.toEqual(first);
    expect(epochOrder(labels, 3, { epoch: 0, seed: 2 })).not.toEqual(first);
  });

  test("keeps the images' order without shuffling", () => {
    expect(epochOrder(labels, 3, { epoch: 5, seed: 1, shuffle: false })).toEqual(labels.map((_, i) => i));
    const balanced = epochOrder(labels, 3, { epoch: 5, seed: 1, shuffle: false, balance: "sampling" });
    expect(balanced.slice(7, 14)).toEqual([7, 8, 9, 7, 8, 9, 7]);
  });

  test("draws every class as often as the largest, and none of its images twice more than another", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(9), (seed, epoch) => {
        const order = epochOrder(labels, 3, { epoch, seed, balance: "sampling" });
        expect(counts(order)).toEqual([7, 7, 7]);
        expect([...new Set(order)].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
        const times = [7, 8, 9].map((index) => order.filter((i) => i === index).length);
        expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
      }),
      { seed: 20240505 },
    );
  });

  test("draws laboratories alike, and in each the classes that it has, within one image", () => {
    const cells: readonly (readonly [laboratory: number, label: number, count: number])[] = [
      [0, 0, 40],
      [0, 1, 7],
      [0, 2, 3],
      [1, 1, 5],
      [1, 2, 2],
      [2, 0, 1],
    ];
    const all = cells.flatMap(([laboratory, label, count]) =>
      Array.from({ length: count }, () => ({ laboratory, label })),
    );
    const many = all.map(({ label }) => label);
    const laboratories = all.map(({ laboratory }) => laboratory);
    const balance = "sampling";
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(9), (seed, epoch) => {
        const order = epochOrder(many, 3, { epoch, seed, balance, laboratories });
        const drawn = (laboratory: number, label?: number) =>
          order.filter((i) => laboratories[i] === laboratory && (label ?? many[i]) === many[i]).length;
        // As long as without laboratories: 3 classes of 41 images, 41 for each laboratory.
        expect([0, 1, 2].map((laboratory) => drawn(laboratory))).toEqual([41, 41, 41]);
        expect([0, 1, 2].map((label) => drawn(0, label)).sort()).toEqual([13, 14, 14]);
        expect([0, 1, 2].map((label) => drawn(1, label)).sort()).toEqual([0, 20, 21]);
        expect(drawn(2, 0)).toBe(41);
        for (const index of [50, 51, 52, 53, 54]) expect([4, 5]).toContain(order.filter((i) => i === index).length);
      }),
      { seed: 20240506 },
    );
  });

  test("gives no laboratory's classes the odd images each time", () => {
    const options = { seed: 3, balance: "sampling", laboratories: [0, 0, 0, 1, 1, 1] } as const;
    const odd = Array.from({ length: 40 }, (_, epoch) => {
      const order = epochOrder([0, 1, 1, 0, 0, 1], 2, { ...options, epoch });
      return order.filter((i) => i === 0).length;
    });
    expect(new Set(odd)).toEqual(new Set([1, 2]));
  });

  test("without shuffling gives the same order of laboratories in every epoch", () => {
    const options = { seed: 3, balance: "sampling", shuffle: false, laboratories: [1, 0, 0, 1] } as const;
    const order = epochOrder([0, 0, 1, 1], 2, { ...options, epoch: 0 });
    expect(order).toEqual([1, 2, 0, 3]);
    expect(epochOrder([0, 0, 1, 1], 2, { ...options, epoch: 1 })).toEqual(order);
  });

  test("refuses to balance a class without images", () => {
    expect(() => epochOrder([0, 2], 3, { epoch: 0, seed: 0, balance: "sampling" })).toThrow(
      "ERR_DATA class 1 has no images, so the classes can't be balanced. Add images, or remove the class.",
    );
    expect(() => classWeights([0, 3], 2)).toThrow("image 1 has label 3, but there are 2 classes");
  });
});

test("weighs classes as scikit-learn's compute_class_weight('balanced')", () => {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 2], y=labels)
  const weights = classWeights(labels, 3);
  for (const [i, golden] of [0.5238095238095238, 1.2222222222222223, 3.6666666666666665].entries()) {
    expect(weights[i]).toBeCloseTo(golden, 12);
  }
});
