import { comparisonPlot } from "leukogram/report/plots/comparisonPlot";
import { seedPlot } from "leukogram/report/plots/seedPlot";
import { describe, expect, it } from "vitest";
import { evaluationOf, MATRIX } from "../fixtures.ts";
import { numberOf, parts, texts } from "../parseXml.ts";
import { expectSoundSvg } from "./expectSoundSvg.ts";

const good = evaluationOf();
const worse = evaluationOf(MATRIX.map((row, i) => row.map((n, j) => (i === j ? Math.round(n * 0.9) : n * 3))));

describe("comparisonPlot", () => {
  it("draws a dot and an interval for each of six figures of each model", async () => {
    const svg = comparisonPlot([
      { name: "A", evaluation: good },
      { name: "B", evaluation: worse },
    ]);
    const root = await expectSoundSvg(svg);
    expect(parts(root, "dot")).toHaveLength(12);
    expect(parts(root, "whisker")).toHaveLength(12);
    expect(texts(root)).toEqual(expect.arrayContaining(["97.7 %", "Log loss", "lower is better"]));
  });

  it("puts accuracy and macro F1 on one scale", async () => {
    const svg = comparisonPlot([
      { name: "A", evaluation: good },
      { name: "B", evaluation: worse },
    ]);
    const dots = parts(await expectSoundSvg(svg), "dot").map((dot) => numberOf(dot, "cx"));
    const perPoint = (dots[0]! - dots[1]!) / (good.accuracy.value - worse.accuracy.value);
    expect((dots[4]! - dots[5]!) / (good.macroF1.value - worse.macroF1.value)).toBeCloseTo(perPoint, 0);
    expect(perPoint).toBeGreaterThan(0);
  });

  it("ends each interval at its limits", async () => {
    const root = await expectSoundSvg(comparisonPlot([{ name: "A", evaluation: good }]));
    const [dot, whisker] = [parts(root, "dot")[0]!, parts(root, "whisker")[0]!];
    const { value, low, high } = good.accuracy;
    const [x1, x2] = [numberOf(whisker, "x1"), numberOf(whisker, "x2")];
    expect((numberOf(dot, "cx") - x1) / (x2 - x1)).toBeCloseTo((value - low) / (high - low), 2);
  });

  it("says n/a where a figure is not known", async () => {
    const evaluation = { ...good, macroRocAuc: undefined, logLoss: { value: Number.NaN, low: 0, high: 1 } };
    const root = await expectSoundSvg(comparisonPlot([{ name: "A", evaluation }]));
    expect(parts(root, "dot")).toHaveLength(4);
    expect(texts(root).filter((text) => text === "n/a")).toHaveLength(2);
  });

  it("draws perfect models", async () => {
    const one = { value: 1, low: 1, high: 1 };
    const evaluation = { ...good, accuracy: one, balancedAccuracy: one, macroF1: one, macroRocAuc: one, matthews: one };
    await expectSoundSvg(comparisonPlot([{ name: "A", evaluation }]));
  });

  it("says so where there are no models", async () => {
    expect(texts(await expectSoundSvg(comparisonPlot([])))).toEqual(["No models."]);
  });
});

describe("seedPlot", () => {
  const points = [0.96, 0.97, 0.98].map((value, seed) => ({ seed, value }));

  it("draws a point a seed and their mean with its interval", async () => {
    const root = await expectSoundSvg(seedPlot([{ name: "cnn", points }]));
    const [first, middle, last] = parts(root, "seed").map((dot) => numberOf(dot, "cx"));
    expect(middle! - first!).toBeCloseTo(last! - middle!, 1);
    expect(texts(root)).toEqual(expect.arrayContaining(["97.0 % (94.5 to 99.5)", "mean of 3 seeds"]));
    const whisker = parts(root, "whisker").at(-1)!;
    const perShare = (last! - first!) / 0.02;
    expect(numberOf(whisker, "x2") - numberOf(whisker, "x1")).toBeCloseTo(perShare * 2 * 0.02484, 0);
  });

  it("draws no interval of one seed", async () => {
    const root = await expectSoundSvg(seedPlot([{ name: "cnn", points: points.slice(0, 1) }]));
    expect(parts(root, "seed")).toHaveLength(1);
    expect(parts(root, "mean")).toHaveLength(0);
    expect(texts(root)).toContain("1 seed");
  });

  it("names its metric", async () => {
    const root = await expectSoundSvg(seedPlot([{ name: "cnn", points }], { metric: "Macro F1" }));
    expect(texts(root, "title")[0]).toBe("Macro F1 by seed");
  });

  it("says so where no seed was run", async () => {
    expect(texts(await expectSoundSvg(seedPlot([{ name: "cnn", points: [] }])))).toEqual(["No seeds were run."]);
  });
});
