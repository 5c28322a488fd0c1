import { Rng } from "@leukogram/engine/core/rng";
import {
  balancedBatches,
  meanEntropy,
  meanProbabilities,
  mostProbable,
  totalVariation,
} from "leukogram/adaptation/labelFree/pseudoLabels";
import { expect, test } from "vitest";

test("reads classes, shares and entropy from probabilities", () => {
  const probabilities = Float32Array.of(0.75, 0.25, 0, 1, 0.5, 0.5);
  expect(mostProbable(probabilities, 2)).toEqual([0, 1, 0]);
  expect(meanProbabilities(probabilities, 2)).toEqual([1.25 / 3, 1.75 / 3]);
  const binary = (p: number) => -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
  expect(meanEntropy(probabilities, 2)).toBeCloseTo((binary(0.75) + 0 + 1) / 3, 6);
  expect(totalVariation([0.2, 0.8], [0.5, 0.5])).toBeCloseTo(0.3, 9);
});

test("draws predicted classes equally often, in full batches", () => {
  const predicted = [...new Array<number>(90).fill(4), ...new Array<number>(6).fill(1), 2, 2, 2, 2];
  const batches = balancedBatches(predicted, { classes: 5, batchSize: 24, rng: new Rng(0) });
  expect(batches.map(({ length }) => length)).toEqual([24, 24, 24, 24]);
  for (const batch of batches) {
    const counts = [1, 2, 4].map((k) => batch.filter((i) => predicted[i] === k).length);
    for (const count of counts) expect(Math.abs(count - 8)).toBeLessThanOrEqual(1);
  }
  // No image of the frequent class comes twice before all have come.
  const frequent = batches.flat().filter((i) => predicted[i] === 4);
  expect(new Set(frequent).size).toBe(frequent.length);
  expect(balancedBatches(predicted, { classes: 5, batchSize: 24, rng: new Rng(0) })).toEqual(batches);
});

test("has one batch where there are few images", () => {
  expect(balancedBatches([0, 1, 1], { classes: 2, batchSize: 3, rng: new Rng(0) })).toHaveLength(1);
});
