import { CELL_COLOURS } from "leukogram/cells/classes";
import { perClassBars } from "leukogram/report/plots/perClassBars";
import { describe, expect, it } from "vitest";
import { evaluationOf, MATRIX } from "../fixtures.ts";
import { numberOf, parts, texts } from "../parseXml.ts";
import { expectSoundSvg } from "./expectSoundSvg.ts";

describe("perClassBars", () => {
  it("draws bars from zero, as long as their values, in the colours of the classes", async () => {
    const evaluation = evaluationOf();
    const bars = parts(await expectSoundSvg(perClassBars(evaluation)), "bar");
    expect(bars).toHaveLength(15);
    const values = (["precision", "recall", "f1"] as const).flatMap((key) =>
      evaluation.perClass.map((row) => row[key].value),
    );
    const unit = numberOf(bars[0]!, "width") / values[0]!;
    bars.forEach((bar, i) => {
      expect(numberOf(bar, "width")).toBeCloseTo(values[i]! * unit, 1);
      expect(bar.attributes.fill).toBe(CELL_COLOURS[evaluation.classes[i % 5]!]);
    });
  });

  it("ends each whisker at its limits", async () => {
    const evaluation = evaluationOf();
    const root = await expectSoundSvg(perClassBars(evaluation));
    const [bars, whiskers] = [parts(root, "bar"), parts(root, "whisker")];
    expect(whiskers).toHaveLength(15);
    const { value, low, high } = evaluation.perClass[3]!.recall;
    const [bar, whisker] = [bars[8]!, whiskers[8]!];
    const unit = numberOf(bar, "width") / value;
    expect(numberOf(whisker, "x1")).toBeCloseTo(numberOf(bar, "x") + low * unit, 1);
    expect(numberOf(whisker, "x2")).toBeCloseTo(numberOf(bar, "x") + high * unit, 1);
  });

  it("writes values and limits beside the bars", async () => {
    const all = texts(await expectSoundSvg(perClassBars(evaluationOf())));
    expect(all).toContain("88.9 %");
    expect(all).toContain("(84.9 to 92.9)");
  });

  it("draws no recall and no F1 of a class that has no image", async () => {
    const root = await expectSoundSvg(perClassBars(evaluationOf([[0, 0, 0, 0, 0], ...MATRIX.slice(1)])));
    expect(parts(root, "bar")).toHaveLength(13);
    expect(texts(root).filter((text) => text === "n/a")).toHaveLength(2);
  });

  it("leaves out limits that are not known", async () => {
    const evaluation = evaluationOf();
    const row = { ...evaluation.perClass[0]!, recall: { value: 0.5, low: Number.NaN, high: Number.NaN } };
    const root = await expectSoundSvg(perClassBars({ ...evaluation, perClass: [row] }));
    expect(parts(root, "bar")).toHaveLength(3);
    expect(parts(root, "whisker")).toHaveLength(2);
  });

  it("says so where there are no classes", async () => {
    await expectSoundSvg(perClassBars({ ...evaluationOf(), perClass: [] }));
  });
});
