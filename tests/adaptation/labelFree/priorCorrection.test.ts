import { Rng } from "@leukogram/engine/core/rng";
import { withCorrectedPriors } from "leukogram/adaptation/labelFree/labelFree";
import { correctPriors } from "leukogram/adaptation/labelFree/priorCorrection";
import { describe, expect, test } from "vitest";

/** Images of two classes seen through noise: the posteriors of a model that was trained on as many of each. */
function answers(counts: readonly [number, number], spread: number, seed = 0) {
  const rng = new Rng(seed);
  return counts.flatMap((count, label) =>
    Array.from({ length: count }, () => {
      const logit = rng.normal(label === 0 ? -1 : 1, Math.sqrt(2 * spread)) / spread;
      const p = 1 / (1 + Math.exp(-logit));
      return { label, probabilities: [1 - p, p] as const };
    }),
  );
}

const right = (rows: readonly { label: number }[], probabilities: readonly (readonly number[])[]) =>
  rows.filter(({ label }, i) => probabilities[i]![label]! > 0.5).length;

describe("prior correction", () => {
  test("finds shares of classes that differ from training, and makes fewer mistakes by them", () => {
    const rows = answers([900, 100], 1);
    const { applied, priors, probabilities, reason } = correctPriors(rows.map((row) => row.probabilities));
    expect(applied).toBe(true);
    expect(priors[0]).toBeGreaterThan(0.75);
    expect(priors[0]! + priors[1]!).toBeCloseTo(1, 6);
    expect(right(rows, probabilities)).toBeGreaterThan(
      right(
        rows,
        rows.map((row) => row.probabilities),
      ),
    );
    for (const row of probabilities) expect(row[0]! + row[1]!).toBeCloseTo(1, 6);
    expect(reason).toMatch(/likelihood ratio, p < 0\.001/);
  });

  test("leaves a set alone whose shares are those of training", () => {
    const given = answers([500, 500], 1).map((row) => row.probabilities);
    const { applied, probabilities, priors } = correctPriors(given);
    expect([applied, priors]).toEqual([false, [0.5, 0.5]]);
    expect(probabilities).toBe(given);
  });

  test("counts from the shares that the model was trained on", () => {
    const given = answers([900, 100], 1).map((row) => row.probabilities);
    const fromUniform = correctPriors(given);
    // The same posteriors from a model that saw nine of the first class for each of the second.
    const seen = given.map(([a, b]) => [(a! * 0.9) / (a! * 0.9 + b! * 0.1), (b! * 0.1) / (a! * 0.9 + b! * 0.1)]);
    expect(correctPriors(seen, { trainingPriors: [0.9, 0.1] }).priors[0]).toBeGreaterThan(fromUniform.priors[0]! - 0.1);
  });

  test("says that few images tell nothing", () => {
    const { applied, reason } = correctPriors(answers([49, 0], 1).map((row) => row.probabilities));
    expect(applied).toBe(false);
    expect(reason).toBe("49 images are too few to estimate class frequencies (50 needed)");
  });

  test("keeps rows in place, those of bad images empty", () => {
    const rows = answers([300, 20], 1).map(({ probabilities }, i) => ({
      path: String(i),
      probabilities: i === 7 ? undefined : probabilities,
    }));
    const { rows: out, step } = withCorrectedPriors(rows, ["A", "B"]);
    expect(out.map(({ path }) => path)).toEqual(rows.map(({ path }) => path));
    expect(out[7]!.probabilities).toBeUndefined();
    expect(out[8]!.probabilities![0]).toBeGreaterThan(rows[8]!.probabilities![0]!);
    expect(step.reason).toMatch(/: A \d+ %, B \d+ %$/);
  });

  test("leaves images unlike the model's own as they are, and says so", () => {
    const rows = (strange: number) =>
      answers([300, 20], 1).map(({ probabilities }, i) => ({ probabilities, familiarity: i < strange ? 0.005 : 0.5 }));
    const abroad = rows(100);
    const { rows: out, step } = withCorrectedPriors(abroad, ["A", "B"]);
    expect(out).toBe(abroad);
    expect(step).toEqual({
      name: "prior correction",
      applied: false,
      reason:
        "31 % of these images do not look like the model's training images, and mistakes on such images look like a different mixture of cells. Adapt the model first (leukogram adapt --unlabelled)",
    });
    expect(withCorrectedPriors(rows(3), ["A", "B"]).step.applied).toBe(true);
  });

  test("has nothing to do where there is no image", () => {
    expect(withCorrectedPriors([], ["A", "B"]).rows).toEqual([]);
  });
});
