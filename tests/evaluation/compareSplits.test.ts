import { compareSplits, splitSentence, trainingsOfSeeds, trainingsOfSplits } from "leukogram/evaluation/compareSplits";
import type { CrossValidation } from "leukogram/evaluation/crossValidate";
import { correctedResampledTest } from "leukogram/metrics/resampledTest";
import { describe, expect, test } from "vitest";

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
      { name: "a", trainings: trainingsOfSplits(A) },
      { name: "b", trainings: trainingsOfSplits(B) },
    ]);
    const wanted = correctedResampledTest(
      [0.05, 0.06, 0.02, 0.07, 0.05].map((value) => value),
      { testToTrain: 1 / 4 },
    );
    expect(pair).toMatchObject({ first: "a", second: "b", over: "splits", count: 5 });
    expect(pair!.accuracy.difference.value).toBeCloseTo(0.05, 12);
    expect(pair!.accuracy.p).toBeCloseTo(wanted.p, 10);
    expect(pair!.adjustedP).toBe(pair!.accuracy.p);
  });

  test("corrects p for the number of pairs", () => {
    const models = [A, B, validated([0.8, 0.83, 0.79, 0.82, 0.8])].map((crossValidation, i) => ({
      name: `${i}`,
      trainings: trainingsOfSplits(crossValidation),
    }));
    const pairs = compareSplits(models);
    expect(pairs).toHaveLength(3);
    const least = Math.min(...pairs.map(({ accuracy }) => accuracy.p));
    expect(Math.min(...pairs.map(({ adjustedP }) => adjustedP))).toBeCloseTo(3 * least, 10);
  });

  test("passes over models without the same splits", () => {
    expect(compareSplits([{ name: "a", trainings: trainingsOfSplits(A) }, { name: "b" }])).toEqual([]);
    const other = validated([0.85, 0.86, 0.86, 0.84, 0.88], { seed: 1 });
    expect(
      compareSplits([
        { name: "a", trainings: trainingsOfSplits(A) },
        { name: "b", trainings: trainingsOfSplits(other) },
      ]),
    ).toEqual([]);
  });

  test("pairs seeds by their number, in whatever order they were trained", () => {
    const judged = (accuracy: number) => ({
      accuracy: { value: accuracy, low: 0, high: 1 },
      balancedAccuracy: { value: accuracy, low: 0, high: 1 },
      count: 50,
    });
    const runs = (seeds: readonly number[], accuracies: readonly number[]) =>
      trainingsOfSeeds({ seeds, evaluations: accuracies.map(judged), trainedOn: 100 });
    const [pair] = compareSplits([
      { name: "a", trainings: runs([2, 0, 1], [0.9, 0.94, 0.92]) },
      { name: "b", trainings: runs([0, 1, 2], [0.9, 0.9, 0.89]) },
    ]);
    const wanted = correctedResampledTest([0.04, 0.02, 0.01], { testToTrain: 0.5 });
    expect(pair!.accuracy.difference.low).toBeCloseTo(wanted.difference.low, 10);
    expect(splitSentence(pair!)).toMatch(
      /^a minus b over 3 seeds: \+2\.3 percentage points \(95 % -.* p = 0\.\d{3} by Nadeau/,
    );
    expect(runs([0], [0.9])).toBeUndefined();
    const other = { name: "c", trainings: runs([0, 1, 3], [0.9, 0.9, 0.9]) };
    expect(compareSplits([{ name: "a", trainings: runs([0, 1, 2], [0.9, 0.9, 0.9]) }, other])).toEqual([]);
  });
});
