import { Rng } from "@leukogram/engine/core/rng";
import { calibrationBins, fitTemperature, withTemperature } from "leukogram/metrics/calibration";
import { correctedResampledTest } from "leukogram/metrics/resampledTest";
import { conformalRule, conformalSet, rejectRule, riskCoverage, riskCoverageArea } from "leukogram/metrics/selective";
import { describe, expect, test } from "vitest";

/** Answers to `count` images that are right as often as they say, [N]. */
function honest(rng: Rng, count: number) {
  const confidence = Array.from({ length: count }, () => 1 - 0.5 * rng.uniform() ** 3);
  return { confidence, right: confidence.map((p) => rng.uniform() < p) };
}

/** Labels of three classes, and a model's probabilities. */
function answers(rng: Rng, count: number) {
  const labels = Array.from({ length: count }, () => rng.integer(3));
  const probabilities = labels.map((label) => {
    const powers = [0, 1, 2].map((k) => Math.exp(rng.normal(k === label ? 1.5 : 0)));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  });
  return { labels, probabilities };
}

describe("calibrationBins", () => {
  test("has limits that hold what the confidence says, 95 times of 100 or more", () => {
    const rng = new Rng(1);
    let [held, all] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const { confidence, right } = honest(rng, 300);
      for (const bin of calibrationBins(confidence, right, { bins: 10 })) {
        all++;
        if (bin.accuracy.low <= bin.confidence && bin.confidence <= bin.accuracy.high) held++;
      }
    }
    expect(held / all).toBeGreaterThan(0.945);
  });

  test("refuses lists of two lengths, and no bins", () => {
    expect(() => calibrationBins([0.5], [])).toThrow("ERR_SHAPE");
    expect(() => calibrationBins([0.5], [true], { bins: 0 })).toThrow(
      "ERR_USAGE calibrationBins: bins is 0, expected a whole number of 1 or more",
    );
  });
});

describe("fitTemperature", () => {
  test("finds the temperature that was put in", () => {
    const rng = new Rng(2);
    const { probabilities } = answers(rng, 4000);
    const labels = probabilities.map((row) => {
      const at = rng.uniform();
      return at < row[0]! ? 0 : at < row[0]! + row[1]! ? 1 : 2;
    });
    const sharpened = probabilities.map((row) => withTemperature(row, 1 / 2.5));
    expect(fitTemperature(labels, sharpened)).toBeCloseTo(2.5, 0);
    expect(withTemperature([0, 1], 3)).toEqual([expect.closeTo(0, 90), 1]);
  });
});

describe("riskCoverage", () => {
  test("goes from the surest image on, ties together", () => {
    const points = riskCoverage([0.9, 0.7, 0.9, 0.5], [true, false, true, true]);
    expect(points).toEqual([
      { threshold: 0.9, coverage: 0.5, risk: 0 },
      { threshold: 0.7, coverage: 0.75, risk: 1 / 3 },
      { threshold: 0.5, coverage: 1, risk: 0.25 },
    ]);
    expect(riskCoverageArea([0.9, 0.7, 0.9, 0.5], [true, false, true, true])).toBeCloseTo(0.25 / 3 + 0.25 * 0.25);
  });
});

describe("rejectRule", () => {
  test("keeps its promise on new images in 95 of 100 draws or more, and answers as much as it can", () => {
    const rng = new Rng(3);
    const fresh = honest(rng, 200_000);
    let [broken, coverage] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const { confidence, right } = honest(rng, 500);
      const rule = rejectRule(confidence, right, { error: 0.05 });
      coverage += rule.coverage / 300;
      let [answered, wrong] = [0, 0];
      for (let j = i % 20; j < fresh.right.length; j += 20) {
        if (fresh.confidence[j]! < rule.threshold) continue;
        answered++;
        if (!fresh.right[j]) wrong++;
      }
      if (wrong / Math.max(1, answered) > 0.05) broken++;
    }
    expect(broken).toBeLessThanOrEqual(25); // 15 are allowed; 25 and more would come once in 100 times
    expect(coverage).toBeGreaterThan(0.4);
  });

  test("answers nothing where nothing can be promised", () => {
    const rule = rejectRule([0.9, 0.8, 0.7], [true, true, true], { error: 0.01 });
    expect(rule).toEqual({ threshold: Number.POSITIVE_INFINITY, coverage: 0, risk: { value: 0, low: 0, high: 1 } });
    expect(() => rejectRule([0.9], [true], { error: 1 })).toThrow(
      "ERR_USAGE rejectRule: error is 1, expected a finite number above 0 and below 1",
    );
  });
});

describe("conformalRule", () => {
  test.each([false, true])("holds the true class as often as promised, by class: %s", (byClass) => {
    const rng = new Rng(4);
    const held = [0, 0, 0];
    const seen = [0, 0, 0];
    for (let i = 0; i < 200; i++) {
      const known = answers(rng, 150);
      const rule = conformalRule(known.labels, known.probabilities, { coverage: 0.9, byClass });
      const fresh = answers(rng, 100);
      for (const [j, row] of fresh.probabilities.entries()) {
        const label = fresh.labels[j]!;
        seen[label]!++;
        if (conformalSet(row, rule).includes(label)) held[label]!++;
      }
    }
    const total = held.reduce((a, b) => a + b) / seen.reduce((a, b) => a + b);
    expect(total).toBeGreaterThan(0.89);
    expect(total).toBeLessThan(0.93);
    if (byClass) for (const k of [0, 1, 2]) expect(held[k]! / seen[k]!).toBeGreaterThan(0.89);
  });

  test("promises all classes where too few images are known", () => {
    const rule = conformalRule(
      [0, 1],
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
      { coverage: 0.95 },
    );
    expect(conformalSet([0.999, 0.001], rule)).toEqual([0, 1]);
    expect(() => conformalRule([0], [[1, 0]], { coverage: 1 })).toThrow(
      "ERR_USAGE conformalRule: coverage is 1, expected a finite number above 0 and below 1",
    );
  });
});

describe("correctedResampledTest", () => {
  test("is as sure as it says where folds overlap, and the plain test is not", () => {
    const rng = new Rng(5);
    // Each of 60 images adds to the models' difference; a split tests on 12 of them, and its training images add too.
    let [plain, corrected] = [0, 0];
    const draws = 400;
    for (let draw = 0; draw < draws; draw++) {
      const images = Array.from({ length: 60 }, () => rng.normal());
      const differences = Array.from({ length: 15 }, () => {
        const order = rng.permutation(60);
        const mean = (from: number, to: number) =>
          order.slice(from, to).reduce((sum, i) => sum + images[i]!, 0) / (to - from);
        return mean(0, 12) + 0.3 * mean(12, 60);
      });
      if (correctedResampledTest(differences, { testToTrain: 0 }).p < 0.05) plain++;
      if (correctedResampledTest(differences, { testToTrain: 12 / 48 }).p < 0.05) corrected++;
    }
    expect(plain / draws).toBeGreaterThan(0.15);
    expect(corrected / draws).toBeLessThan(plain / draws / 1.5);
  });

  test("takes differences that do not vary, and refuses a single one", () => {
    expect(correctedResampledTest([0.1, 0.1], { testToTrain: 0.25 }).p).toBe(0);
    expect(correctedResampledTest([0, 0], { testToTrain: 0.25 }).p).toBe(1);
    expect(() => correctedResampledTest([0.1], { testToTrain: 0.25 })).toThrow(
      "ERR_DATA correctedResampledTest: expected two splits or more, received 1",
    );
  });
});
