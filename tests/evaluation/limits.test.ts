import { Rng } from "@leukogram/engine/core/rng";
import { comparePredictions } from "leukogram/evaluation/compare";
import { judgeConfidence } from "leukogram/evaluation/confidence/confidence";
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import { balancedAccuracyOf, fallBetween, separation } from "leukogram/evaluation/laboratories/laboratoryFall";
import { accuracyDifference } from "leukogram/evaluation/limits";
import type { Predictions } from "leukogram/evaluation/types";
import { aucLimits } from "leukogram/metrics/limits/aucLimits";
import { tangoLimits } from "leukogram/metrics/limits/pairedShare";
import { describe, expect, test } from "vitest";
import { simulatePredictions, surePredictions } from "./samples.ts";

const quick = { resamples: 100 };
const faultless = (each: number) =>
  surePredictions(Array.from({ length: 3 * each }, (_, i) => [i % 3, i % 3] as const));
const wrong = (each: number) =>
  surePredictions(Array.from({ length: 3 * each }, (_, i) => [i % 3, (i + 1) % 3] as const));

// Every { low, high } in a result, with its path; log loss and Brier score have none of few images.
function limitsIn(found: unknown, path = ""): [string, number][] {
  if (typeof found !== "object" || found === null) return [];
  const { low, high } = found as { low?: unknown; high?: unknown };
  if (/\.(logLoss|brier)$/.test(path) && Number.isNaN(low)) return [];
  if (typeof low === "number" && typeof high === "number") return [[path, high - low]];
  return Object.entries(found).flatMap(([key, own]) => limitsIn(own, `${path}.${key}`));
}

describe("no limits are a point", () => {
  test.each([1, 2, 4, 20])("of a model that is always right, or always wrong, with %i images a class", (each) => {
    for (const predictions of [faultless(each), wrong(each)]) {
      const { brier, riskCoverageArea } = judgeConfidence(predictions, quick);
      const fall = fallBetween(predictions, predictions, quick);
      const all = { evaluation: evaluatePredictions(predictions, quick), brier, riskCoverageArea, fall };
      for (const [path, width] of limitsIn({ ...all, mean: balancedAccuracyOf(predictions, quick) }))
        expect(width, path).toBeGreaterThan(0.005);
    }
  });

  test("of two models that answer alike, and of two that never do", () => {
    const compare = (first: Predictions, second: Predictions) =>
      comparePredictions(
        [
          { name: "a", predictions: first },
          { name: "b", predictions: second },
        ],
        quick,
      )[0]!;
    const alike = compare(faultless(4), faultless(4));
    // 1.96 squared over 12 images and as much.
    expect(alike.accuracyDifference.high).toBeCloseTo(3.8415 / 15.8415, 4);
    expect(alike.accuracyDifference.low).toBe(-alike.accuracyDifference.high);
    expect(alike.balancedAccuracyDifference.high).toBeGreaterThan(0.2);
    const apart = compare(faultless(4), wrong(4));
    expect(apart.accuracyDifference).toMatchObject({ value: 1, high: 1 });
    expect(apart.balancedAccuracyDifference.low).toBeLessThan(0.85);
  });

  test("of familiarity that parts two laboratories", () => {
    const seen = (familiarity: number): Predictions => ({
      ...faultless(3),
      rows: faultless(3).rows.map((row) => ({ ...row, familiarity })),
    });
    const found = separation(seen(0.9), seen(0.1), quick)!;
    expect(found).toEqual({ value: 1, low: aucLimits({ area: 1, positives: 9, negatives: 9 }).low, high: 1 });
    expect(found.low).toBeLessThan(0.85);
  });
});

describe("limits of few images hold the truth", () => {
  const truth = evaluatePredictions(simulatePredictions({ counts: [9000, 9000, 9000], seed: 1 }), { resamples: 1 });
  const draws = Array.from({ length: 300 }, (_, seed) =>
    evaluatePredictions(simulatePredictions({ counts: [4, 4, 4], seed: seed + 2 }), { resamples: 40 }),
  );
  test.each(["balancedAccuracy", "macroF1", "kappa", "matthews", "macroRocAuc"] as const)("of %s", (name) => {
    const { value } = truth[name]!;
    const held = draws.filter(({ [name]: own }) => own!.low <= value && value <= own!.high);
    // The least that is asked at any one skill; few images give few different limits.
    expect(held.length / draws.length).toBeGreaterThanOrEqual(0.9);
  });

  test("of the difference of two shares of the same images, by adding up all tables", () => {
    const held = [0.02, 0.1, 0.3].map((second) => {
      const [first, of] = [0.1, 12];
      let sum = 0;
      for (let b = 0; b <= of; b++)
        for (let c = 0; b + c <= of; c++) {
          const { low, high } = tangoLimits({ firstOnly: b, secondOnly: c, of });
          const ways = choose(of, b) * choose(of - b, c);
          const chance = ways * first ** b * second ** c * (1 - first - second) ** (of - b - c);
          if (low <= first - second && first - second <= high) sum += chance;
        }
      return sum;
    });
    for (const one of held) expect(one).toBeGreaterThan(0.92);
  });
});

test("a difference turns round with the models, and counts groups where they are alike", () => {
  const rng = new Rng(1);
  const leads = Array.from({ length: 60 }, () => rng.integer(3) - 1);
  const labels = leads.map(() => 0);
  const alone = { labels, groups: leads.map((_, i) => String(i)) };
  const [forth, back] = [
    accuracyDifference(alone, leads),
    accuracyDifference(
      alone,
      leads.map((lead) => -lead),
    ),
  ];
  expect(back.low).toBeCloseTo(-forth.high, 12);
  const thrice = leads.flatMap((lead) => [lead, lead, lead]);
  const grouped = { labels: thrice.map(() => 0), groups: thrice.map((_, i) => String(Math.floor(i / 3))) };
  const { low, high } = accuracyDifference(grouped, thrice);
  expect((high - low) / (forth.high - forth.low)).toBeCloseTo(1, 1);
});

function choose(of: number, count: number): number {
  let ways = 1;
  for (let i = 0; i < count; i++) ways *= (of - i) / (i + 1);
  return ways;
}
