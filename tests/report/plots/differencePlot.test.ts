import { differencePlot } from "leukogram/report/plots/differencePlot";
import { describe, expect, it } from "vitest";
import { findAll, numberOf, texts } from "../parseXml.ts";
import { expectSoundSvg } from "./expectSoundSvg.ts";

const rows = [
  { name: "without stain", difference: { value: -0.041, low: -0.08, high: -0.01 } },
  { name: "with elastic bending", difference: { value: 0.012, low: -0.02, high: 0.05 } },
];

describe("differencePlot", () => {
  it("writes each difference in points, and puts losses left of gains", async () => {
    const root = await expectSoundSvg(differencePlot(rows, { title: "Balanced accuracy" }));
    expect(texts(root)).toContain("-4.1 (-8 to -1)");
    expect(texts(root)).toContain("+1.2 (-2 to +5)");
    const [loss, gain] = findAll(root, ({ name }) => name === "circle").map((dot) => numberOf(dot, "cx"));
    expect(loss!).toBeLessThan(gain!);
  });

  it("says so where there is none", async () => {
    const unknown = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
    const root = await expectSoundSvg(differencePlot([{ name: "a", difference: unknown }], { title: "Accuracy" }));
    expect(texts(root).join(" ")).toContain("No difference to show.");
  });
});
