import { Rng } from "@leukogram/engine/core/rng";
import { findRules, judgeConfidence, tryRules } from "leukogram/evaluation/confidence/confidence";
import type { Predictions } from "leukogram/evaluation/types";
import { withTemperature } from "leukogram/metrics/calibration";
import { reliabilityPlot } from "leukogram/report/plots/reliabilityPlot";
import { riskCoveragePlot } from "leukogram/report/plots/riskCoveragePlot";
import { describe, expect, test } from "vitest";

const classes = ["A", "B", "C"];

/** Answers of a model that says too much by a factor of `boast` in the logits, on images of its own laboratory. */
function answers(seed: number, { count = 600, boast = 1, spread = 2 } = {}): Predictions {
  const rng = new Rng(seed);
  const rows = Array.from({ length: count }, (_, i) => {
    const logits = [0, 1, 2].map(() => rng.normal(0, spread));
    const honest = withTemperature(logits.map(Math.exp), 1);
    const at = rng.uniform();
    const label = at < honest[0]! ? 0 : at < honest[0]! + honest[1]! ? 1 : 2;
    return { file: `${seed}-${i}`, group: `${seed}-${i}`, label, probabilities: withTemperature(honest, 1 / boast) };
  });
  return { classes, rows };
}

describe("judgeConfidence", () => {
  test("tells an honest model from one that says too much", () => {
    const [honest, boasting] = [judgeConfidence(answers(1)), judgeConfidence(answers(1, { boast: 3 }))];
    expect(honest.calibrationError).toBeLessThan(0.06);
    expect(boasting.calibrationError).toBeGreaterThan(0.12);
    expect(boasting.brier.value).toBeGreaterThan(honest.brier.value);
    expect(honest.brier.low).toBeLessThan(honest.brier.value);
    expect(honest.riskCoverage.at(-1)!.coverage).toBe(1);
    expect(judgeConfidence(answers(1, { boast: 3 }), { temperature: 3 }).calibrationError).toBeCloseTo(
      honest.calibrationError,
      6,
    );
  });
});

describe("rules", () => {
  test("that are found on some images hold on others of the same kind", () => {
    const rules = findRules(answers(2, { boast: 3, spread: 4 }), { error: 0.1, coverage: 0.9 });
    expect(rules.temperature).toBeCloseTo(3, 0);
    const tried = tryRules(answers(3, { count: 3000, boast: 3, spread: 4 }), rules);
    expect(tried.calibrationError.after).toBeLessThan(tried.calibrationError.before / 2);
    expect(tried.reject.risk.value).toBeLessThan(0.1);
    expect(tried.reject.coverage).toBeGreaterThan(0.5);
    expect(tried.conformal.coverage.value).toBeGreaterThan(0.87);
    expect(tried.conformal.coverage.value).toBeLessThan(0.94);
    expect(tried.conformal.size).toBeLessThan(2);
  });

  test("promise nothing where there are too few images", () => {
    const rules = findRules(answers(4, { count: 10 }), { error: 0.01 });
    expect(rules.reject.coverage).toBe(0);
    const tried = tryRules(answers(5, { count: 20 }), rules);
    expect(tried.reject).toEqual({ coverage: 0, risk: { value: 0, low: 0, high: 1 } });
    expect(tried.conformal).toMatchObject({ coverage: { value: 1 }, size: 3 });
    expect(() => tryRules({ classes: ["A", "B"], rows: [] }, rules)).toThrow(
      "ERR_DATA the rules were fitted for other classes",
    );
  });
});

describe("plots of confidence", () => {
  test("show each bin and say what it holds, and say where there is nothing", () => {
    const { bins, riskCoverage } = judgeConfidence(answers(6));
    const drawn = reliabilityPlot(bins);
    expect(drawn.match(/data-part="dot"/g)).toHaveLength(bins.length);
    expect(drawn).toContain(`${bins[0]!.count} images.`);
    expect(riskCoveragePlot(riskCoverage)).toMatch(
      /All predictions kept: [\d.]+ % wrong\. 90 % kept: [\d.]+ % wrong\./,
    );
    expect(reliabilityPlot([])).toContain("No images to evaluate.");
    expect(riskCoveragePlot([])).toContain("No images to evaluate.");
  });
});
