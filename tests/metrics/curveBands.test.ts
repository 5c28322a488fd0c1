import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Rng } from "@leukogram/engine/core/rng";
import { averagePrecision } from "leukogram/metrics/averagePrecision";
import { curveBands, precisionRecallCurve } from "leukogram/metrics/limits/curveBands";
import { describe, expect, test } from "vitest";

interface Case {
  readonly positive: readonly number[];
  readonly scores: readonly number[];
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly thresholds: readonly number[];
  readonly averagePrecision: number;
}
const golden = JSON.parse(readFileSync(fileURLToPath(new URL("../golden/curves.json", import.meta.url)), "utf8"));

test.each(golden.cases as Case[])("the precision-recall curve is scikit-learn's", (own) => {
  const { precision, recall, thresholds } = precisionRecallCurve(own.positive, own.scores);
  for (const [ours, theirs] of [
    [precision, own.precision],
    [recall, own.recall],
    [thresholds, own.thresholds],
  ] as const) {
    expect(ours).toHaveLength(theirs.length);
    for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(theirs[i]!, 9);
  }
  expect(averagePrecision(own.positive, own.scores)).toBeCloseTo(own.averagePrecision, 9);
});

/** Scores of a class, normal about `skill`, and of the rest, about 0. */
function draw(rng: Rng, count: number, skill: number) {
  const positive = Array.from({ length: 2 * count }, (_, i) => (i < count ? 1 : 0));
  return { positive, scores: positive.map((own) => rng.normal(own * skill, 1)) };
}

describe("bands", () => {
  test("hold the curve itself, and its average precision", () => {
    const { positive, scores } = draw(new Rng(1), 150, 1.5);
    const { roc, precisionRecall, averagePrecision: area } = curveBands(positive, scores, { rng: new Rng(2) });
    for (const band of [roc, precisionRecall])
      for (const [i, low] of band.low.entries()) expect(low).toBeLessThanOrEqual(band.high[i]!);
    expect(roc.x[0]).toBe(0);
    expect([roc.low.at(-1), roc.high.at(-1)]).toEqual([1, 1]);
    expect(area.value).toBeCloseTo(averagePrecision(positive, scores)!, 12);
    expect(area.low).toBeLessThan(area.value);
    expect(area.high).toBeGreaterThan(area.value);
  });

  test("hold the true height of the ROC curve 93 to 97 times of 100, over 1,000 draws", () => {
    const skill = 1;
    const large = draw(new Rng(99), 200_000, skill);
    const place = 30; // a false positive rate of 0.5
    const negatives = large.scores.slice(200_000).sort((a, b) => b - a);
    const threshold = negatives[100_000]!;
    const truth = large.scores.slice(0, 200_000).filter((score) => score > threshold).length / 200_000;
    let held = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const rng = new Rng(seed).fork("band");
      const { positive, scores } = draw(rng, 120, skill);
      const { roc } = curveBands(positive, scores, { rng, resamples: 200 });
      if (roc.low[place]! <= truth && truth <= roc.high[place]!) held++;
    }
    expect(held).toBeGreaterThanOrEqual(930);
    expect(held).toBeLessThanOrEqual(970);
  }, 400_000);
});
