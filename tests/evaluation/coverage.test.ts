import { Rng } from "@leukogram/engine/core/rng";
import { comparePredictions } from "leukogram/evaluation/compare";
import { judgeConfidence } from "leukogram/evaluation/confidence/confidence";
import { evaluatePredictions, knownRows, toAnswers } from "leukogram/evaluation/evaluate";
import { HEADLINES, type Headline } from "leukogram/evaluation/figures";
import { fallBetween, separation } from "leukogram/evaluation/laboratories/laboratoryFall";
import { summariseSeeds } from "leukogram/evaluation/seeds";
import type { Prediction, Predictions } from "leukogram/evaluation/types";
import { calibratedRange, calibrationBins, calibrationError } from "leukogram/metrics/calibration";
import { groupedShare } from "leukogram/metrics/limits/groupedShare";
import { clopperPearson, wilson } from "leukogram/metrics/limits/proportion";
import { correctedResampledTest } from "leukogram/metrics/resampledTest";
import { describe, expect, test } from "vitest";

const DRAWS = 1000;
const classes = ["A", "B", "C"];

/** Answers of a model of some skill to as many images of each class as given; `group` images share their luck. */
function answers(rng: Rng, counts: readonly number[], { skill = 1.6, group = 1, prefix = "" } = {}): Predictions {
  const rows: Prediction[] = counts.flatMap((count, label) => {
    let shared = [0, 0, 0];
    return Array.from({ length: count }, (_, i) => {
      if (i % group === 0) shared = [0, 1, 2].map(() => (group > 1 ? rng.normal(0, 1) : 0));
      const powers = classes.map((_, k) => Math.exp(rng.normal(k === label ? skill : 0, 1) + shared[k]!));
      const sum = powers.reduce((a, b) => a + b);
      const name = `${prefix}${label}-${i}`;
      return {
        file: name,
        group: group > 1 ? `${prefix}${label}-${Math.floor(i / group)}` : name,
        label,
        probabilities: powers.map((power) => power / sum),
      };
    });
  });
  return { classes, rows };
}

/** How many of 1,000 intervals hold the truth. */
function held(truth: number, interval: (rng: Rng) => { readonly low: number; readonly high: number }): number {
  let count = 0;
  for (let seed = 0; seed < DRAWS; seed++) {
    const { low, high } = interval(new Rng(seed).fork("coverage"));
    if (low <= truth && truth <= high) count++;
  }
  return count;
}

/** So many of the draws are also looked at as if they had no groups. */
const BLIND = 200;
const COUNTS = [90, 70, 60];

describe("95 % limits hold the truth 93 to 97 times of 100, over 1,000 draws", () => {
  test("of all figures of a model", { timeout: 400_000 }, () => {
    // The same mixture, five hundred times as many.
    const truth = evaluatePredictions(answers(new Rng(7), [45_000, 35_000, 30_000]), { resamples: 1 });
    const counts = Object.fromEntries(HEADLINES.map((name) => [name, 0])) as Record<Headline, number>;
    for (let seed = 0; seed < DRAWS; seed++) {
      const found = evaluatePredictions(answers(new Rng(seed).fork("coverage"), COUNTS), { resamples: 150, seed });
      for (const name of HEADLINES) {
        const { low, high } = found[name]!;
        const { value } = truth[name]!;
        if (low <= value && value <= high) counts[name]++;
      }
    }
    for (const name of HEADLINES) {
      expect(counts[name], name).toBeGreaterThanOrEqual(930);
      expect(counts[name], name).toBeLessThanOrEqual(970);
    }
  });

  test("where images come in groups, by how much they vary", { timeout: 400_000 }, () => {
    const options = { group: 3, skill: 2.2 };
    // Accuracy alone, as evaluatePredictions has it: all its figures would take long.
    const accuracyOf = (predictions: Predictions) => {
      const rows = knownRows(predictions);
      const { labels, predicted } = toAnswers(rows, classes.length);
      return groupedShare(
        rows.map((_, i) => labels[i] === predicted[i]),
        rows.map(({ group }) => group),
      );
    };
    const large = answers(new Rng(8), [90_000, 90_000, 90_000], options);
    const truth = accuracyOf(large).value;
    const counts = { whole: 0, single: 0 };
    for (let seed = 0; seed < DRAWS; seed++) {
      const drawn = answers(new Rng(seed).fork("groups"), [240, 240, 240], options);
      const blind = { ...drawn, rows: drawn.rows.map((row) => ({ ...row, group: row.file })) };
      const kinds = [["whole", drawn] as const, ...(seed < BLIND ? [["single", blind] as const] : [])];
      for (const [kind, predictions] of kinds) {
        const found = accuracyOf(predictions);
        if (seed < 5) expect(evaluatePredictions(predictions, { resamples: 10, seed }).accuracy).toEqual(found);
        if (found.low <= truth && truth <= found.high) counts[kind]++;
      }
    }
    expect(counts.whole).toBeGreaterThanOrEqual(930);
    expect(counts.whole).toBeLessThanOrEqual(970);
    // As if each image were drawn for itself, limits are too narrow.
    expect(counts.single / BLIND).toBeLessThan(0.92);
  });

  test("of the difference of two models on the same images", { timeout: 400_000 }, () => {
    const pair = (rng: Rng, counts: readonly number[]) => {
      const first = answers(rng.fork(1), counts, { skill: 1.8 });
      // The second errs on its own, on the same images.
      return [
        { name: "first", predictions: first },
        { name: "second", predictions: answers(rng.fork(2), counts, { skill: 1.5 }) },
      ];
    };
    const [large] = comparePredictions(pair(new Rng(9), [60_000, 60_000, 60_000]), { resamples: 1 });
    const truth = large!.balancedAccuracyDifference.value;
    const count = held(truth, (rng) => {
      const [own] = comparePredictions(pair(rng, COUNTS), { resamples: 200 });
      return own!.balancedAccuracyDifference;
    });
    expect(count).toBeGreaterThanOrEqual(930);
    expect(count).toBeLessThanOrEqual(970);
  });

  test("of the fall from home to another laboratory", () => {
    const places = (rng: Rng, counts: readonly number[]) =>
      [answers(rng.fork("home"), counts, { skill: 2.2 }), answers(rng.fork("away"), counts, { skill: 1.2 })] as const;
    const [home, away] = places(new Rng(10), [60_000, 60_000, 60_000]);
    const truth = fallBetween(home, away, { resamples: 1 });
    const found = Array.from({ length: DRAWS }, (_, seed) =>
      fallBetween(...places(new Rng(seed).fork("coverage"), COUNTS), { resamples: 150 }),
    );
    for (const figure of ["accuracy", "balancedAccuracy"] as const) {
      const { value } = truth[figure];
      const { length } = found.filter(({ [figure]: { low, high } }) => low <= value && value <= high);
      expect(length, figure).toBeGreaterThanOrEqual(930);
      expect(length, figure).toBeLessThanOrEqual(970);
    }
  }, 400_000);

  test("of how well familiarity tells two laboratories apart", () => {
    // Of two normal distributions one standard deviation apart.
    const truth = 0.7602;
    const withFamiliarity = (rng: Rng, shift: number): Predictions => ({
      classes,
      rows: answers(rng, [40, 40, 40]).rows.map((row) => ({ ...row, familiarity: rng.normal(-shift, 1) })),
    });
    const count = held(truth, (rng) => {
      return separation(withFamiliarity(rng.fork(1), 0), withFamiliarity(rng.fork(2), 1), { resamples: 500 })!;
    });
    expect(count).toBeGreaterThanOrEqual(930);
    expect(count).toBeLessThanOrEqual(970);
  }, 400_000);

  test("of the calibration error of a model whose probabilities are right", () => {
    let count = 0;
    for (let seed = 0; seed < DRAWS; seed++) {
      const rng = new Rng(seed).fork("calibrated");
      const confidence = Array.from({ length: 300 }, () => 1 - 0.6 * rng.uniform() ** 2);
      const right = confidence.map((share) => rng.uniform() < share);
      const error = calibrationError(calibrationBins(confidence, right, { bins: 12 }));
      const { low, high } = calibratedRange(confidence, { bins: 12, rng: rng.fork("range"), draws: 400 });
      if (low <= error && error <= high) count++;
    }
    expect(count).toBeGreaterThanOrEqual(930);
    expect(count).toBeLessThanOrEqual(970);
  });

  test("of the Brier score and the area under the risk-coverage curve", { timeout: 400_000 }, () => {
    const draw = (rng: Rng, images: number) => answers(rng, [images, images, images]);
    const truth = judgeConfidence(draw(new Rng(7), 60_000), { resamples: 1 });
    const found = Array.from({ length: DRAWS }, (_, seed) =>
      judgeConfidence(draw(new Rng(seed).fork("coverage"), 80), { resamples: 200, seed }),
    );
    for (const figure of ["brier", "riskCoverageArea"] as const) {
      const count = found.filter(
        ({ [figure]: { low, high } }) => low <= truth[figure].value && truth[figure].value <= high,
      );
      expect(count.length, figure).toBeGreaterThanOrEqual(930);
      expect(count.length, figure).toBeLessThanOrEqual(970);
    }
  });

  test("of a mean over seeds, by Student's t", () => {
    const count = held(0.9, (rng) => {
      const values = [0, 1, 2].map(() => rng.normal(0.9, 0.01));
      const { low, high } = summariseSeeds(values);
      return { low: low!, high: high! };
    });
    expect(count).toBeGreaterThanOrEqual(930);
    expect(count).toBeLessThanOrEqual(970);
  });

  test("of a mean over splits whose images overlap, by Nadeau and Bengio's correction", () => {
    // Of four parts of the images each training has three, so that figures of two splits correlate by a quarter.
    const count = held(0.02, (rng) => {
      const shared = rng.normal();
      const differences = Array.from(
        { length: 8 },
        () => 0.02 + 0.01 * (0.5 * shared + Math.sqrt(0.75) * rng.normal()),
      );
      return correctedResampledTest(differences, { testToTrain: 1 / 3 }).difference;
    });
    expect(count).toBeGreaterThanOrEqual(930);
    expect(count).toBeLessThanOrEqual(970);
  });

  test("of a share: exact limits at least as often, Wilson's about as often", () => {
    const share = 0.83;
    const draw = (rng: Rng) => Array.from({ length: 120 }, () => rng.uniform()).filter((u) => u < share).length;
    expect(held(share, (rng) => clopperPearson(draw(rng), 120))).toBeGreaterThanOrEqual(940);
    const count = held(share, (rng) => wilson(draw(rng), 120));
    expect(count).toBeGreaterThanOrEqual(930);
    expect(count).toBeLessThanOrEqual(970);
  });
});
