import { Rng } from "@leukogram/engine/core/rng";
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import { HEADLINES } from "leukogram/evaluation/figures";
import type { Evaluation, Predictions } from "leukogram/evaluation/types";
import { midP } from "leukogram/metrics/limits/proportion";
import { describe, expect, it } from "vitest";
import { simulatePredictions, surePredictions } from "./samples.ts";

const quick = { resamples: 300 };

function estimatesOf({ perClass, ...whole }: Evaluation) {
  const headlines = HEADLINES.map((name) => whole[name]);
  const ofClasses = perClass.flatMap(({ precision, recall, f1, rocAuc }) => [precision, recall, f1, rocAuc]);
  return [...headlines, ...ofClasses].filter((estimate) => estimate !== undefined);
}

describe("evaluatePredictions", () => {
  const predictions = simulatePredictions({ counts: [20, 60, 90, 80, 150] });

  it("gives every figure limits that hold it", () => {
    const estimates = estimatesOf(evaluatePredictions(predictions, quick));
    expect(estimates).toHaveLength(HEADLINES.length + 20);
    for (const { value, low, high } of estimates) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
  });

  it("narrows its limits with more images", () => {
    const many = simulatePredictions({ counts: [180, 540, 810, 720, 1350] });
    const width = (of: Predictions) => {
      const { balancedAccuracy } = evaluatePredictions(of, quick);
      return balancedAccuracy.high - balancedAccuracy.low;
    };
    expect(width(many)).toBeLessThan(width(predictions) / 2);
  });

  it("does not depend on the order of the rows", () => {
    const shuffled = { ...predictions, rows: new Rng(3).shuffle([...predictions.rows]) };
    expect(evaluatePredictions(shuffled, quick)).toEqual(evaluatePredictions(predictions, quick));
  });

  it("depends on the seed in its limits alone", () => {
    const [one, other] = [0, 1].map((seed) => evaluatePredictions(predictions, { ...quick, seed }));
    expect(one!.accuracy.value).toBe(other!.accuracy.value);
    expect(one!.logLoss.low).not.toBe(other!.logLoss.low);
    expect(evaluatePredictions(predictions, quick)).toEqual(one);
  });

  it("puts each figure under its name", () => {
    const answers = surePredictions([
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 1],
      [2, 2],
      [2, 1],
      [2, 0],
      [2, 2],
    ]);
    const { accuracy, balancedAccuracy, macroF1, logLoss, perClass, ...rest } = evaluatePredictions(answers, quick);
    expect(rest.count).toBe(9);
    expect(rest.confusionMatrix).toEqual([
      [1, 1, 0],
      [0, 3, 0],
      [1, 1, 2],
    ]);
    expect(accuracy.value).toBeCloseTo(6 / 9, 14);
    expect(balancedAccuracy.value).toBeCloseTo(2 / 3, 14);
    expect(macroF1.value).toBeCloseTo((0.5 + 0.75 + 2 / 3) / 3, 14);
    expect(logLoss.value).toBeCloseTo((3 / 9) * -Math.log(Number.EPSILON), 10);
    expect(perClass.map((figures) => figures.precision.value)).toEqual([0.5, 0.6, 1]);
    expect(perClass.map((figures) => figures.recall.value)).toEqual([0.5, 1, 0.5]);
    expect(perClass.map((figures) => figures.support)).toEqual([2, 3, 4]);
    expect(perClass[0]!.rocAuc!.value).toBeCloseTo((0.5 * 6) / 7 + (0.5 * 1 * 1 + 0.5 * 1 * 6) / 14, 14);
    expect(rest.report).toContain("Neutrophil       1.00      0.50      0.67         4");
  });

  it("leaves images of unknown class out, and says so", () => {
    const known = surePredictions([
      [0, 0],
      [1, 2],
      [2, 2],
    ]);
    const some = surePredictions([
      [0, 0],
      [1, 2],
      [2, 2],
      [undefined, 1],
    ]);
    const { notes, ...figures } = evaluatePredictions(some, quick);
    const { notes: fewer, ...expected } = evaluatePredictions(known, quick);
    expect(figures).toEqual(expected);
    expect(notes).toEqual(["1 image of unknown class is left out.", ...fewer!]);
  });

  it("follows a named class that ties with another", () => {
    const row = { file: "x.png", label: 1, group: "x.png", probabilities: [0.5, 0.5] };
    const of = (rows: Predictions["rows"]) => evaluatePredictions({ classes: ["a", "b"], rows }, quick).accuracy.value;
    expect(of([row])).toBe(0);
    expect(of([{ ...row, predicted: 1 }])).toBe(1);
  });

  it("widens its limits where images of a group share their fate", () => {
    const fate = (i: number) => (Math.floor(i / 8) % 5 === 0 ? 1 : 0);
    const alone = surePredictions(Array.from({ length: 400 }, (_, i) => [0, fate(i)] as const));
    const grouped = {
      ...alone,
      rows: alone.rows.map((row, i) => ({ ...row, group: `slide ${Math.floor(i / 8)}` })),
    };
    const width = (of: Predictions) => {
      const { accuracy } = evaluatePredictions(of, quick);
      return accuracy.high - accuracy.low;
    };
    expect(width(grouped)).toBeGreaterThan(2 * width(alone));
    expect(evaluatePredictions(grouped, quick).notes).toContain(
      "Intervals are based on 50 groups of images, resampled as groups.",
    );
  });
});

describe("evaluatePredictions at the edges", () => {
  it("gives a class without images no area, and balanced accuracy over the others", () => {
    const answers = surePredictions([
      [0, 0],
      [0, 1],
      [2, 2],
      [2, 2],
    ]);
    const evaluation = evaluatePredictions(answers, quick);
    const [present, empty] = evaluation.perClass;
    expect(evaluation.balancedAccuracy.value).toBe(0.75);
    expect(evaluation.macroRocAuc).toBeUndefined();
    expect(present!.rocAuc).toBeDefined();
    expect(empty).toMatchObject({ support: 0, recall: { value: 0, low: 0, high: 1 }, rocAuc: undefined });
    expect(evaluation.notes!.join()).toContain("No image has class Monocyte");
  });

  it("copes with one class, and with one image", () => {
    const alone = evaluatePredictions(
      surePredictions([
        [1, 1],
        [1, 1],
      ]),
      quick,
    );
    expect(alone.kappa).toEqual({ value: 0, low: -1, high: 1 });
    expect(alone.matthews).toEqual({ value: 0, low: -1, high: 1 });
    expect(alone.perClass.map((figures) => figures.rocAuc)).toEqual([undefined, undefined, undefined]);
    expect(evaluatePredictions(surePredictions([[0, 2]]), quick).accuracy).toEqual({
      value: 0,
      low: 0,
      high: expect.closeTo(0.95, 12),
    });
    const { logLoss, ...others } = alone;
    for (const { value, low, high } of estimatesOf({ ...others, logLoss: alone.accuracy })) {
      expect([value, low, high].every(Number.isFinite)).toBe(true);
    }
    expect(logLoss).toEqual({ value: expect.any(Number), low: Number.NaN, high: Number.NaN });
  });

  it("gives log loss no limits below 40 images or groups, and says so", () => {
    const told = "Log loss and Brier score: too few images for intervals (39 images or groups, 40 are needed).";
    const few = evaluatePredictions(simulatePredictions({ counts: [13, 13, 13], seed: 1 }), quick);
    expect(few.notes).toContain(told);
    expect(JSON.parse(JSON.stringify(few)).logLoss).toMatchObject({ low: null, high: null });
    const enough = evaluatePredictions(simulatePredictions({ counts: [14, 13, 13], seed: 1 }), quick);
    expect((enough.notes ?? []).filter((note) => note.startsWith("Log loss"))).toEqual([]);
    expect(enough.logLoss.low).toBeLessThan(enough.logLoss.high);
  });

  it("does not call a faultless model certain", () => {
    const answers = surePredictions(Array.from({ length: 60 }, (_, i) => [i % 3, i % 3] as const));
    const evaluation = evaluatePredictions(answers, quick);
    const { accuracy, perClass } = evaluation;
    expect(accuracy).toEqual({ value: 1, ...midP(60, 60) });
    expect(perClass[0]!.recall).toEqual({ value: 1, ...midP(20, 20) });
    const share = midP(20, 20).low;
    expect(perClass[0]!.f1).toEqual({ value: 1, low: (2 * share) / (1 + share), high: 1 });
    for (const { low, high } of estimatesOf(evaluation)) expect(high - low).toBeGreaterThan(0.02);
  });

  it("counts groups, not images, as evidence that a model is faultless", () => {
    const { classes, rows } = surePredictions(Array.from({ length: 60 }, () => [0, 0] as const));
    const grouped = rows.map((row, i) => ({ ...row, group: `patient ${i % 4}` }));
    expect(evaluatePredictions({ classes, rows: grouped }, quick).accuracy.low).toBe(midP(4, 4).low);
  });

  it("has limits where slides hold several classes, one of them on one slide alone", () => {
    // Basophils are on one slide alone, and one in two of them is right.
    const slides = [1, 2, 3, 4].flatMap((slide) => [
      [slide, 1, 1],
      [slide, 2, slide === 1 ? 1 : 2],
      ...(slide === 2 ? [[slide, 0, 0] as const, [slide, 0, 2] as const] : []),
    ]) as [number, number, number][];
    const { classes, rows } = surePredictions(slides.map(([, label, predicted]) => [label, predicted] as const));
    const grouped = rows.map((row, i) => ({ ...row, group: `slide ${slides[i]![0]}` }));
    const { perClass, macroF1 } = evaluatePredictions({ classes, rows: grouped }, quick);
    // Two images of one slide are as one.
    expect(perClass[0]!.recall).toEqual({ value: 0.5, ...midP(0.5, 1) });
    // Slides hold several classes, so that recalls err together.
    expect(macroF1.low).toBeGreaterThan(0);
    expect(macroF1.low).toBeLessThan(macroF1.value);
    expect(macroF1.high).toBeGreaterThan(macroF1.value);
  });

  it("says where a class has a single image or group, which no resample varies", () => {
    const single = surePredictions([
      [0, 1],
      [1, 1],
      [1, 0],
      [2, 2],
      [2, 1],
    ]);
    expect(evaluatePredictions(single, quick).notes!.join()).toContain("with a single image or group: 1.");
    expect(evaluatePredictions(simulatePredictions({ counts: [60, 60], skill: 1 }), quick).notes).toEqual([]);
  });

  it("refuses predictions that are not whole", () => {
    const { classes, rows } = surePredictions([[0, 0]]);
    const row = rows[0]!;
    const evaluate =
      (...given: Predictions["rows"]) =>
      () =>
        evaluatePredictions({ classes, rows: given }, quick);
    expect(evaluate()).toThrow(/ERR_DATA evaluate: none of the 0 images has a known class/);
    expect(evaluate({ ...row, label: undefined })).toThrow(/none of the 1 images/);
    expect(evaluate({ ...row, label: 3 })).toThrow(/image0000\.png: label 3 is not a class index/);
    expect(evaluate({ ...row, probabilities: [1, 0] })).toThrow(/expected 3 probabilities, received 2/);
    expect(evaluate({ ...row, probabilities: [Number.NaN, 0, 1] })).toThrow(/probability NaN is not in \[0, 1\]/);
    expect(evaluate(row, row)).toThrow(/image0000\.png: the file is listed twice/);
  });
});
