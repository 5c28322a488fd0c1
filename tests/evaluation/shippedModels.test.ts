import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openRun } from "leukogram/adaptation/openRun";
import { CELL_TYPES } from "leukogram/cells/classes";
import { openToJudge } from "leukogram/data/laboratories";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { answerImages } from "leukogram/evaluation/evaluateModel";
import { shippedFolder, shippedModels } from "leukogram/shipped/shippedModels";
import { describe, expect, test } from "vitest";
import { shared, testWith } from "../support/shared.ts";

const models = shippedModels();
const names = models.map(({ name }) => name);

test("the folder holds the models of the index, their cards, and nothing else", () => {
  expect(names).toContain("mobilenetv2-anylab");
  const files = models.flatMap((model) => [...model.files.map(({ file }) => file), `${model.name}.md`]);
  expect(readdirSync(shippedFolder()).sort()).toEqual([...files, "index.json"].sort());
  for (const { file, bytes, sha256 } of models.flatMap((model) => model.files)) {
    const content = readFileSync(join(shippedFolder(), file));
    expect([file, content.length]).toEqual([file, bytes]);
    expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
  }
  const onnx = models.flatMap((model) => model.files.filter(({ format }) => format === "onnx"));
  expect(onnx.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(20e6);
});

const changeable = models.filter(({ files }) => files.some(({ format }) => format === "memory"));

test.each(changeable)("$name may be changed: layers, recipe and memory belong together", async ({ name }) => {
  const { classes, memory, recipe } = await openRun(name);
  expect(classes).toEqual(CELL_TYPES);
  expect(recipe.cropRedCells).toBeGreaterThan(1);
  expect(new Set(memory!.labels).size).toBe(5);
});

test("a model without its layers can't be adapted, and says so", async () => {
  await expect(openRun("mobilenetv2-types")).rejects.toThrow(/mobilenetv2-types: contains no model\.keras/);
});

const five = models.filter(({ classes }) => classes.length === 5).map(({ name }) => name);

describe.each(five)("%s", (name) => {
  testWith("data/pbc", "data/jtsc")("answers as its index says: a part of pbc Test, and of jtsc", async () => {
    const classifier = await loadClassifier(name, { threads: 2 });
    const { figures } = models.find((model) => model.name === name)!;
    for (const [place, dir] of [
      ["home", "data/pbc/Test"],
      ["away", "data/jtsc"],
    ] as const) {
      const set = openToJudge([shared(dir)]);
      const every = Math.ceil(set.samples.length / 75);
      const samples = set.samples.filter((_, i) => i % every === 0);
      const { predictions } = await answerImages(classifier, set, samples);
      const right = predictions.rows.filter(
        ({ label, probabilities }) => probabilities[label!] === Math.max(...probabilities),
      );
      const { value } = figures.find((figure) => figure.place === place)!.accuracy;
      // Within four standard errors of a sample of this size.
      const error = Math.sqrt((value * (1 - value)) / samples.length);
      expect(Math.abs(right.length / samples.length - value)).toBeLessThan(4 * Math.max(error, 0.01));
    }
    await classifier.close();
  });
});
