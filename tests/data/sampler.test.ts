import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classWeights, epochOrder } from "../../src/data/sampler.ts";

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

  test("refuses to balance a class without images", () => {
    expect(() => epochOrder([0, 2], 3, { epoch: 0, seed: 0, balance: "sampling" })).toThrow(
      "ERR_DATA class 1 has no image, so the classes cannot be balanced. Add images of it, or leave the class out.",
    );
    expect(() => classWeights([0, 3], 2)).toThrow("image 1 has label 3, and there are 2 classes");
  });
});

test("weighs classes as scikit-learn's compute_class_weight('balanced')", () => {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 2], y=labels)
  const weights = classWeights(labels, 3);
  for (const [i, golden] of [0.5238095238095238, 1.2222222222222223, 3.6666666666666665].entries()) {
    expect(weights[i]).toBeCloseTo(golden, 12);
  }
});
