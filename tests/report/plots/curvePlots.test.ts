import { CELL_COLOURS } from "leukogram/cells/classes";
import { precisionRecallPlot, rocPlot } from "leukogram/report/plots/curvePlots";
import { describe, expect, it } from "vitest";
import { rocCurves } from "../fixtures.ts";
import { findAll, texts } from "../parseXml.ts";
import { expectSoundSvg } from "./expectSoundSvg.ts";

const square = { class: "Basophil", x: [0, 0, 0.5, 1], y: [0, 0.5, 0.5, 1] };

describe("rocPlot", () => {
  it("runs from the lower left to the upper right through the given points", async () => {
    const root = await expectSoundSvg(rocPlot([square]));
    const [curve] = findAll(root, ({ attributes }) => attributes["data-class"] === "Basophil");
    expect(curve!.attributes.d).toBe("M0,330L0,165L165,165L330,0");
    expect(curve!.attributes.stroke).toBe(CELL_COLOURS.Basophil);
  });

  it("leaves out points on a straight line", async () => {
    const x = [0, 0, 0, 0.25, 0.5, 1];
    const root = await expectSoundSvg(rocPlot([{ class: "Basophil", x, y: [0, 0.2, 0.5, 0.5, 0.5, 1] }]));
    const [curve] = findAll(root, ({ attributes }) => attributes["data-class"] === "Basophil");
    expect(curve!.attributes.d).toBe("M0,330L0,165L165,165L330,0");
  });

  it("enlarges the corner only where all curves reach it", async () => {
    const count = async (skill: number) =>
      findAll(await expectSoundSvg(rocPlot(rocCurves(skill))), ({ attributes }) => "data-class" in attributes).length;
    expect(await count(60)).toBe(10);
    expect(await count(2)).toBe(5);
  });

  it("writes each area with its limits, and says where it is not known", async () => {
    const area = { value: 0.9876, low: 0.98, high: 0.994 };
    const curves = [
      { ...square, area },
      { ...square, class: "Monocyte" },
    ];
    const all = texts(await expectSoundSvg(rocPlot(curves)));
    expect(all).toContain("area 0.988 (0.980 to 0.994)");
    expect(all).toContain("area unknown");
  });

  it("draws the other classes where one has no curve", async () => {
    const root = await expectSoundSvg(rocPlot([{ class: "Monocyte", x: [], y: [] }, square]));
    expect(findAll(root, ({ attributes }) => "data-class" in attributes)).toHaveLength(1);
    expect(texts(root)).toContain("Monocyte");
  });

  it("draws a band behind each curve that has one", async () => {
    const band = { x: [0, 0.5, 1], low: [0, 0.4, 0.9], high: [0.2, 0.6, 1] };
    const root = await expectSoundSvg(
      rocPlot([
        { ...square, band },
        { ...square, class: "Monocyte" },
      ]),
    );
    const [polygon, none] = findAll(root, ({ attributes }) => "data-band" in attributes);
    expect(polygon!.attributes.points).toBe("0.0,264.0 165.0,132.0 330.0,0.0 330.0,33.0 165.0,198.0 0.0,330.0");
    expect(none).toBeUndefined();
  });

  it("draws precision by recall, and enlarges the other corner", async () => {
    const curve = { class: "Basophil", x: [1, 0.99, 0], y: [0.97, 1, 1], area: { value: 0.99, low: 0.98, high: 1 } };
    const all = texts(await expectSoundSvg(precisionRecallPlot([curve])));
    expect(all).toEqual(expect.arrayContaining(["Recall", "Precision", "Upper right corner, enlarged"]));
    expect(all).toContain("average precision 0.990 (0.980 to 1.000)");
  });

  it("says so where no curve can be drawn", async () => {
    const all = texts(await expectSoundSvg(rocPlot([])));
    expect(all).toEqual(["No class has both positive and negative images."]);
  });
});
