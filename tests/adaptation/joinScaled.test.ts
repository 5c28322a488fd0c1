import { join } from "node:path";
import { readModel } from "@leukogram/engine/formats/readModel";
import { joinedRecipe, joinRuns } from "leukogram/adaptation/joinRuns";
import { openRun } from "leukogram/adaptation/openRun";
import { openData } from "leukogram/data/dataset";
import type { OpenedData } from "leukogram/data/sample";
import { parseScale } from "leukogram/data/scale/scale";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { answerImages } from "leukogram/evaluation/evaluateModel";
import { splitByRecipe } from "leukogram/training/recipe/splitByRecipe";
import { trainModel } from "leukogram/training/trainModel";
import { beforeAll, expect, test } from "vitest";
import { smallRecipe, temporaryFolder } from "../training/sets.ts";

const dir = temporaryFolder();
const [small, wide, joined] = ["small", "wide", "joined"].map((name) => join(dir, name)) as [string, string, string];
const SETTINGS = { epochs: 2, cropRedCells: 2.6, viewStain: 1.5, views: 2 };
let data: OpenedData;

beforeAll(async () => {
  await drawSmears(join(dir, "smears"), { count: 8, testCount: 4, imageSize: 48 });
  data = openData(join(dir, "smears"));
  for (const [out, model] of [
    [small, "cnn"],
    [wide, "cnn-wide"],
  ] as const) {
    const recipe = smallRecipe({ ...SETTINGS, model });
    const { train, validation } = splitByRecipe(data, recipe);
    await trainModel({ ...data.train, samples: train }, validation, recipe, { out });
  }
  await joinRuns(await openRun(small), await openRun(wide), { data, out: joined, threads: 1 });
}, 400_000);

async function answersOf(path: string): Promise<number[][]> {
  const classifier = await loadClassifier(path, { threads: 1 });
  const { predictions } = await answerImages(classifier, data.test!, data.test!.samples);
  await classifier.close();
  return predictions.rows.map(({ probabilities }) => [...probabilities]);
}

test("two models of one crop are joined on one picture, and answer with the geometric mean of each view", async () => {
  const [first, second, both] = [await answersOf(small), await answersOf(wide), await answersOf(joined)];
  for (const [i, row] of both.entries()) {
    const mean = row.map((_, k) => Math.sqrt(first[i]![k]! * second[i]![k]!));
    const sum = mean.reduce((a, b) => a + b);
    for (const [k, value] of row.entries()) expect(value).toBeCloseTo(mean[k]! / sum, 3);
  }
  expect(both).not.toEqual(first);
  expect(both).not.toEqual(second);
}, 400_000);

test("the joined run is opened with its layers, keeps the crop and the stains, and its file can be converted", async () => {
  const run = await openRun(joined);
  expect(run.model.input.shape).toEqual([32, 32, 3]);
  expect(run.recipe).toMatchObject(SETTINGS);
  expect(run.cells).toBeUndefined();
  expect(run.memory!.labels.length).toBeGreaterThan(0);
  const classifier = await loadClassifier(joined, { threads: 1 });
  expect(classifier.cropRedCells).toBe(SETTINGS.cropRedCells);
  await classifier.close();
  const { model } = await readModel(join(joined, "model.keras"));
  expect(model.input.shape).toEqual([32, 32, 3]);
}, 400_000);

test("runs of other crops, stains or scales are refused, each by name", async () => {
  const [first, second] = [await openRun(small), await openRun(wide)];
  const other = (values: object) => ({ ...second, recipe: { ...second.recipe, ...values } });
  expect(() => joinedRecipe(first, other({ cropRedCells: 3 }))).toThrow(/cropRedCells is 2\.6 and 3/);
  expect(() => joinedRecipe(first, other({ cropRedCells: undefined }))).toThrow(/cropRedCells is 2\.6 and undefined/);
  expect(() => joinedRecipe(first, other({ viewStain: 2 }))).toThrow(/viewStain is 1\.5 and 2/);
  const [near, far] = [parseScale("20px"), parseScale("40px")];
  expect(() => joinedRecipe({ ...first, scale: near }, { ...second, scale: far })).toThrow(
    /different scales.*20 and 40/,
  );
  expect(joinedRecipe({ ...first, scale: near }, second)).toMatchObject({ model: "cnn+cnn-wide" });
});
