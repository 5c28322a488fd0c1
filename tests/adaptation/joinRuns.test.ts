import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adaptToLabels } from "leukogram/adaptation/fewLabels/adaptToLabels";
import { joinedRecipe, joinRuns } from "leukogram/adaptation/joinRuns";
import { openRun } from "leukogram/adaptation/openRun";
import { openData } from "leukogram/data/dataset";
import type { OpenedData } from "leukogram/data/sample";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { answerImages } from "leukogram/evaluation/evaluateModel";
import { splitByRecipe } from "leukogram/training/recipe/splitByRecipe";
import { trainModel } from "leukogram/training/trainModel";
import { beforeAll, describe, expect, test } from "vitest";
import { rejection, smallRecipe, temporaryFolder } from "../training/sets.ts";

const dir = temporaryFolder();
const [own, normalized, joined] = ["own", "normalized", "joined"].map((name) => join(dir, name)) as [
  string,
  string,
  string,
];
const OWN = {
  model: "cnn-wide",
  epochs: 2,
  cellDiameters: 1.75,
  cellHue: 0,
  cellDensity: 0,
  cellWhite: false,
  views: 2,
};
const NORMALIZED = { ...OWN, cellDiameters: 1.8, cellHue: 1, cellDensity: 0.7, cellWhite: true };
let data: OpenedData;

beforeAll(async () => {
  await drawSmears(join(dir, "smears"), { count: 8, testCount: 2, imageSize: 48 });
  data = openData(join(dir, "smears"));
  for (const [out, settings] of [
    [own, OWN],
    [normalized, NORMALIZED],
  ] as const) {
    const recipe = smallRecipe(settings);
    const { train, validation } = splitByRecipe(data, recipe);
    await trainModel({ ...data.train, samples: train }, validation, recipe, { out });
  }
  await joinRuns(await openRun(own), await openRun(normalized), { data, out: joined, threads: 1 });
}, 400_000);

async function answersOf(path: string): Promise<number[][]> {
  const classifier = await loadClassifier(path, { threads: 1 });
  const { predictions } = await answerImages(classifier, data.test!, data.test!.samples);
  await classifier.close();
  return predictions.rows.map(({ probabilities }) => [...probabilities]);
}

describe("two models joined", () => {
  test("answer with the geometric mean of both, each on the colours that it learned from", async () => {
    const [first, second, both] = [await answersOf(own), await answersOf(normalized), await answersOf(joined)];
    for (const [i, row] of both.entries()) {
      const mean = row.map((_, k) => Math.sqrt(first[i]![k]! * second[i]![k]!));
      const sum = mean.reduce((a, b) => a + b);
      // The second looks through the first one's crop, a thirtieth narrower than its own.
      for (const [k, value] of row.entries()) expect(value).toBeCloseTo(mean[k]! / sum, 1);
    }
    expect(both).not.toEqual(first);
    expect(both).not.toEqual(second);
  }, 400_000);

  test("are opened, adapted by labels, and keep what is below the last blocks", async () => {
    const run = await openRun(joined);
    expect(run.model.input.shape).toEqual([32, 32, 6]);
    expect(run.memory!.labels.length).toBeGreaterThan(0);
    const before = run.model.layer("cnn_wide_conv2d").weights.map(({ value }) => value);
    const blocks = { name: "blocks", pull: 0.1, blockRate: 1e-3, blockSteps: 4 };
    const head = { name: "head", pull: 0.01, blockRate: 0, blockSteps: 0 };
    const result = await adaptToLabels(run, data.train.samples, { threads: 1, ways: [head, blocks], homeLoss: 1 });
    expect(result.adapted).toBe(true);
    expect(result.after.evaluation.accuracy.value).toBeGreaterThanOrEqual(result.before.evaluation.accuracy.value);
    expect(run.model.layer("cnn_wide_conv2d").weights.map(({ value }) => value)).toEqual(before);
  }, 400_000);

  test("the folder says what was joined, and holds the answers to images that neither learned from", () => {
    const { from } = JSON.parse(readFileSync(join(joined, "joined.json"), "utf8"));
    expect(from.map(({ path }: { path: string }) => path)).toEqual([own, normalized]);
    const rows = readFileSync(join(joined, "predictions", "validation.csv"), "utf8")
      .trim()
      .split("\n");
    expect(rows).toHaveLength(1 + splitByRecipe(data, smallRecipe(OWN)).validation.length);
  });

  test("runs that do not go together are refused, each for its own reason", async () => {
    const [first, second] = [await openRun(own), await openRun(normalized)];
    expect(() => joinedRecipe(second, first)).toThrow(/original colours.*first\./s);
    expect(() => joinedRecipe(first, { ...second, cells: undefined })).toThrow(/does not find the cell/);
    expect(() => joinedRecipe(first, { ...second, classes: ["a", "b"] })).toThrow(
      /the models have different classes: .*; a, b\./,
    );
    const otherSeed = { ...second, recipe: { ...second.recipe, seed: 3 } };
    expect(() => joinedRecipe(first, otherSeed)).toThrow(/splitSeed is 0 and 3/);
    const recipe = joinedRecipe(first, second);
    const trained = trainModel(data.train, data.train.samples, recipe, { out: join(dir, "trained") });
    expect((await rejection(trained)).message).toMatch(/joined from two.*leukogram join/s);
  }, 400_000);
});
