import { CELL_TYPES } from "leukogram/cells/classes";
import { confusionMatrixPlot } from "leukogram/report/plots/confusionMatrixPlot";
import { contrast, shadePosition, shadeSteps, THEME } from "leukogram/report/plots/theme";
import { describe, expect, it } from "vitest";
import { evaluationOf, MATRIX } from "../fixtures.ts";
import { findAll, type Node, numberOf, textOf, texts } from "../parseXml.ts";
import { expectSoundSvg } from "./expectSoundSvg.ts";

/** Text that stands in the cell whose tooltip starts so. */
function cell(root: Node, tooltip: string): string[] {
  const [group] = findAll(
    root,
    (node) => node.name === "g" && texts(node, "title").some((title) => title.startsWith(tooltip)),
  );
  return texts(group!);
}

describe("confusionMatrixPlot", () => {
  it("writes each count and its share of the true class into its own cell", async () => {
    const root = await expectSoundSvg(confusionMatrixPlot(evaluationOf()));
    expect(cell(root, "Monocyte taken for Lymphocyte:")).toEqual(["21", "9.0 %"]);
    expect(cell(root, "Lymphocyte taken for Monocyte:")).toEqual(["14", "1.4 %"]);
    expect(cell(root, "Neutrophil taken for Neutrophil:")).toEqual(["2,624", "98.6 %"]);
    expect(cell(root, "Basophil taken for Neutrophil:")).toEqual(["0"]);
  });

  it("does not round a rare mistake to none", async () => {
    const root = await expectSoundSvg(confusionMatrixPlot(evaluationOf()));
    expect(cell(root, "Neutrophil taken for Monocyte:")).toEqual(["1", "< 0.1 %"]);
  });

  it("puts true classes in rows and predicted ones in columns", async () => {
    const root = await expectSoundSvg(confusionMatrixPlot(evaluationOf()));
    const at = (tooltip: string) => {
      const [group] = findAll(root, (node) => node.name === "g" && textOf(node).startsWith(tooltip));
      const [rect] = findAll(group!, ({ name }) => name === "rect");
      return [numberOf(rect!, "x"), numberOf(rect!, "y")] as const;
    };
    const [corner, right, below] = [
      at("Basophil taken for Basophil"),
      at("Basophil taken for Neutrophil"),
      at("Neutrophil taken for Basophil"),
    ];
    expect(right[0]).toBeGreaterThan(corner[0]);
    expect(right[1]).toBe(corner[1]);
    expect(below[0]).toBe(corner[0]);
    expect(below[1]).toBeGreaterThan(corner[1]);
  });

  it("names all classes in full on both sides", async () => {
    const all = texts(await expectSoundSvg(confusionMatrixPlot(evaluationOf())));
    for (const name of CELL_TYPES) expect(all.filter((text) => text === name)).toHaveLength(2);
  });

  it("draws a class without images", async () => {
    const root = await expectSoundSvg(confusionMatrixPlot(evaluationOf([[0, 0, 0, 0, 0], ...MATRIX.slice(1)])));
    expect(cell(root, "Basophil taken for Basophil:")).toEqual(["0"]);
    expect(texts(root)).toContain("0 images");
  });

  it("draws many classes with long and hostile names", async () => {
    const classes = Array.from({ length: 14 }, (_, i) => `Immature granulocyte <${i}> & "others"`);
    const matrix = classes.map((_, i) => classes.map((_, j) => (i === j ? 90 : 1)));
    const root = await expectSoundSvg(confusionMatrixPlot(evaluationOf(matrix, classes)));
    expect(findAll(root, ({ name }) => name === "title").map(textOf)).toContain(
      `${classes[3]} taken for ${classes[4]}: 1 of 103`,
    );
  });

  it("says so where there are no classes", async () => {
    const svg = confusionMatrixPlot({ ...evaluationOf(), classes: [], confusionMatrix: [] });
    expect(texts(await expectSoundSvg(svg))).toEqual(["No classes."]);
  });

  it("gives the same bytes for the same figures", () => {
    expect(confusionMatrixPlot(evaluationOf())).toBe(confusionMatrixPlot(evaluationOf()));
  });
});

describe("the colour ramp", () => {
  it.each(["light", "dark"] as const)("keeps text readable on each of its steps, %s", (scheme) => {
    for (const { fill, text } of shadeSteps(scheme)) expect(contrast(fill, text)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["light", "dark"] as const)("leaves a zero readable, %s", (scheme) => {
    expect(contrast(shadeSteps(scheme)[0]!.fill, THEME[scheme].muted)).toBeGreaterThanOrEqual(4.5);
  });

  it("rises with the share and keeps to its ends", () => {
    expect([0, 1, -0.2, 1.2].map(shadePosition)).toEqual([0, 1, 0, 1]);
    expect(shadePosition(0.09)).toBeGreaterThan(0.2);
    expect(shadePosition(0.5)).toBeLessThan(shadePosition(0.6));
  });
});
