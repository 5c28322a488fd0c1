import type { EpochRow } from "leukogram/evaluation/types";
import { learningCurves } from "leukogram/report/plots/learningCurves";
import { describe, expect, it } from "vitest";
import { historyOf } from "../fixtures.ts";
import { findAll, type Node, numberOf, parts, textOf, texts } from "../parseXml.ts";
import { expectSoundSvg } from "./expectSoundSvg.ts";

function row(epoch: number, changes: Partial<EpochRow> = {}): EpochRow {
  const base = { loss: 1 / epoch, accuracy: 1 - 0.5 / epoch, valLoss: 1.2 / epoch, valAccuracy: 1 - 0.6 / epoch };
  return { epoch, ...base, learningRate: 0.001, seconds: 1, ...changes };
}

/** The corners of the curve with this class, one list a panel. */
function curves(root: Node, name: string): number[][][] {
  return findAll(root, ({ name: tag, attributes }) => tag === "path" && attributes.class === name).map(
    ({ attributes }) =>
      attributes
        .d!.split(/[ML]/)
        .slice(1)
        .map((point) => point.split(",").map(Number)),
  );
}

const rates = (root: Node) => texts(root, "title").filter((title) => title.startsWith("Learning rate"));

describe("learningCurves", () => {
  it("draws training and validation of loss and accuracy, one corner an epoch", async () => {
    const root = await expectSoundSvg(learningCurves([{ name: "cnn", rows: historyOf(1) }]));
    for (const name of ["lk-muted-line", "lk-accent-line"]) {
      expect(curves(root, name).map((curve) => curve.length)).toEqual([30, 30]);
    }
  });

  it("lets loss fall and accuracy rise, epochs run to the right", async () => {
    const root = await expectSoundSvg(learningCurves([{ name: "cnn", rows: [row(1), row(2), row(3)] }]));
    const [loss, accuracy] = curves(root, "lk-accent-line");
    const ys = (curve: number[][]) => curve.map(([, y]) => y!);
    const xs = loss!.map(([x]) => x!);
    expect(xs[1]! - xs[0]!).toBeCloseTo(xs[2]! - xs[1]!, 1);
    expect(ys(loss!)).toEqual([...ys(loss!)].sort((a, b) => a - b));
    expect(ys(accuracy!)).toEqual([...ys(accuracy!)].sort((a, b) => b - a));
  });

  it("rings the lowest validation loss and the highest validation accuracy, the first of equals", async () => {
    const rows = [row(1), row(2, { valLoss: 0.1, valAccuracy: 0.8 }), row(3, { valLoss: 0.1, valAccuracy: 0.9 })];
    const root = await expectSoundSvg(learningCurves([{ name: "cnn", rows }]));
    expect(texts(root)).toEqual(expect.arrayContaining(["0.100, epoch 2", "90.0 %, epoch 3"]));
    const [loss] = curves(root, "lk-accent-line");
    const [ring] = parts(root, "best");
    expect([numberOf(ring!, "cx"), numberOf(ring!, "cy")]).toEqual(loss![1]);
  });

  it("marks drops of the learning rate, but not a slow decay or a warm-up", async () => {
    const stepped = [0.001, 0.001, 0.0005, 0.00005].map((learningRate, i) => row(i + 1, { learningRate }));
    const root = await expectSoundSvg(learningCurves([{ name: "cnn", rows: stepped }]));
    const expected = ["Learning rate 5e-4 from epoch 3", "Learning rate 5e-5 from epoch 4"];
    expect(rates(root)).toEqual([...expected, ...expected]);
    const slow = [0.0001, 0.001, 0.00095, 0.0009].map((learningRate, i) => row(i + 1, { learningRate }));
    expect(rates(await expectSoundSvg(learningCurves([{ name: "cnn", rows: slow }])))).toEqual([]);
  });

  it("breaks a curve where the loss is no number", async () => {
    const rows = [row(1), row(2), row(3, { loss: Number.NaN }), row(4), row(5, { loss: Number.POSITIVE_INFINITY })];
    const svg = learningCurves([{ name: "cnn", rows }]);
    const [loss] = findAll(
      await expectSoundSvg(svg),
      ({ attributes }) => attributes.class === "lk-muted-line" && "d" in attributes,
    );
    expect(loss!.attributes.d!.match(/M/g)).toHaveLength(2);
  });

  it("draws a run without validation, and rings nothing", async () => {
    const rows = [1, 2, 3].map((epoch) => row(epoch, { valLoss: undefined, valAccuracy: undefined }));
    const root = await expectSoundSvg(learningCurves([{ name: "cnn", rows }]));
    expect(curves(root, "lk-accent-line")).toEqual([]);
    expect(parts(root, "best")).toEqual([]);
    expect(texts(root)).not.toContain("validation");
    expect(texts(root, "desc")[0]).toContain("no validation");
  });

  it("draws a single epoch as points, without fractions of epochs on the axis", async () => {
    const root = await expectSoundSvg(learningCurves([{ name: "cnn", rows: [row(7)] }]));
    expect(curves(root, "lk-accent-line").map((curve) => curve.length)).toEqual([2, 2]);
    expect(texts(root).filter((text) => /^\d+\.\d+$/.test(text) && Number(text) > 2)).toEqual([]);
    expect(texts(root)).toContain("7");
  });

  it("puts several models below each other, over the others' validation curves", async () => {
    const names = ["first", "second", "third"];
    const root = await expectSoundSvg(learningCurves(names.map((name, i) => ({ name, rows: historyOf(i) }))));
    expect(curves(root, "lk-accent-line")).toHaveLength(6);
    expect(curves(root, "lk-ghost")).toHaveLength(12);
    expect(texts(root)).toEqual(expect.arrayContaining(["second: loss", "third: accuracy"]));
  });

  it("says so where no epoch was recorded", async () => {
    const [root] = await Promise.all([expectSoundSvg(learningCurves([{ name: "cnn", rows: [] }]))]);
    expect(textOf(root)).toContain("No epochs were recorded.");
  });

  it("draws figures that are all unknown", async () => {
    await expectSoundSvg(learningCurves([{ name: "cnn", rows: [row(1, { loss: Number.NaN, valLoss: Number.NaN })] }]));
  });
});
