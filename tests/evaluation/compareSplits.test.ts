import { describe, expect, test } from "vitest";
import { compareSplits } from "../../src/evaluation/compareSplits.ts";
import type { CrossValidation } from "../../src/evaluation/crossValidate.ts";
import { correctedResampledTest } from "../../src/metrics/resampledTest.ts";

/** A cross-validation with these accuracies. */
function validated(accuracies: readonly number[], { folds = accuracies.length, seed = 0 } = {}): CrossValidation {
  const none = { value: 0, low: 0, high: 0 };
  const splits = accuracies.map((accuracy, i) => ({
    repeat: 1 + Math.floor(i / folds),
    fold: 1 + (i % folds),
    trainedOn: 80,
    judgedOn: 20,
    accuracy,
    balancedAccuracy: accuracy,
    macroF1: accuracy,
  }));
  const repeats = accuracies.length / folds;
  return { folds, repeats, seed, images: 100, splits, accuracy: none, balancedAccuracy: none, macroF1: none };
}

const A = validated([0.9, 0.92, 0.88, 0.91, 0.93]);
const B = validated([0.85, 0.86, 0.86, 0.84, 0.88]);

describe("compareSplits", () => {
  test("takes the differences split by split, with the corrected test", () => {
    const [pair] = compareSplits([
      { name: "a", crossValidation: A },
      { name: "b", crossValidation: B },
    ]);
    const wanted = correctedResampledTest(
      [0.05, 0.06, 0.02, 0.07, 0.05].map((value) => value),
      { testToTrain: 1 / 4 },
    );
    expect(pair).toMatchObject({ first: "a", second: "b", splits: 5 });
    expect(pair!.accuracy.difference.value).toBeCloseTo(0.05, 12);
    expect(pair!.accuracy.p).toBeCloseTo(wanted.p, 10);
    expect(pair!.adjustedP).toBe(pair!.accuracy.p);
  });

  test("corrects p for the number of pairs", () => {
    const models = [A, B, validated([0.8, 0.83, 0.79, 0.82, 0.8])].map((crossValidation, i) => ({
      name: `${i}`,
      crossValidation,
    }));
    const pairs = compareSplits(models);
    expect(pairs).toHaveLength(3);
    const least = Math.min(...pairs.map(({ accuracy }) => accuracy.p));
    expect(Math.min(...pairs.map(({ adjustedP }) => adjustedP))).toBeCloseTo(3 * least, 10);
  });

  test("passes over models without the same splits", () => {
    expect(compareSplits([{ name: "a", crossValidation: A }, { name: "b" }])).toEqual([]);
    const other = validated([0.85, 0.86, 0.86, 0.84, 0.88], { seed: 1 });
    expect(
      compareSplits([
        { name: "a", crossValidation: A },
        { name: "b", crossValidation: other },
      ]),
    ).toEqual([]);
  });
});
