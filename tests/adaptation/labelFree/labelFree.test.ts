import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { labelFreeClassifier } from "leukogram/adaptation/labelFree/labelFree";
import { manyViews, ownViews, testTimeClassifier } from "leukogram/adaptation/labelFree/testTimeClassifier";
import { openRun } from "leukogram/adaptation/openRun";
import { looksOf } from "leukogram/data/microscopy/measures";
import { decodeImage } from "leukogram/data/pictures/image";
import { type Classifier, loadClassifier } from "leukogram/evaluation/classifier";
import { bringImage } from "leukogram/evaluation/classifierFacts";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { fitFamiliarity } from "leukogram/metrics/familiarity";
import { trainModel } from "leukogram/training/trainModel";
import { beforeAll, expect, test } from "vitest";
import { drawSet, rejection, type SmallSet, smallRecipe, temporaryFolder } from "../../training/sets.ts";

const dir = temporaryFolder();
const plain = join(dir, "plain");
const cells = join(dir, "cells");
const crops = join(dir, "crops");
let set: SmallSet;
let files: string[];
beforeAll(async () => {
  set = await drawSet(join(dir, "smears"));
  files = [...set.train.samples, ...set.validation].map(({ path }) => path);
  await trainModel(set.train, set.validation, smallRecipe(), { out: plain });
  const recipe = smallRecipe({ cellDiameters: 2, fieldSize: 48, scaleMin: 0.5, scaleMax: 0.9, views: 2 });
  await trainModel(set.train, set.validation, recipe, { out: cells });
  const scaled = smallRecipe({ cropRedCells: 2.6, viewStain: 1.5, views: 2 });
  await trainModel(set.train, set.validation, scaled, { out: crops });
}, 400_000);

async function answers(classifier: Classifier): Promise<number[]> {
  const out: number[] = [];
  for await (const { probabilities } of classifyFiles(classifier, files)) out.push(...probabilities!);
  await classifier.close();
  return out;
}

test.each([
  ["whole pictures", plain],
  ["cells", cells],
  ["crops at their scale", crops],
])("a run's model opened by its layers answers as its exported one does: %s", async (_, path) => {
  const run = await openRun(path);
  const opened = await answers(await testTimeClassifier(run, ownViews(run), { threads: 1 }));
  const exported = await answers(await loadClassifier(path, { threads: 1 }));
  for (const [i, p] of opened.entries()) expect(p).toBeCloseTo(exported[i]!, 4);
});

test.each([
  ["whole pictures", plain],
  ["cells", cells],
  ["crops at their scale", crops],
])("many views give probabilities that differ, and sum to 1: %s", async (_, path) => {
  const { classifier, steps } = await labelFreeClassifier(path, files, { tta: true, threads: 1 });
  expect(steps).toEqual([
    {
      name: "test-time augmentation",
      applied: true,
      reason: "8 rotated and flipped views of 5 images: three crop sizes, a paler and a darker stain",
    },
  ]);
  const many = await answers(classifier);
  const one = await answers(await loadClassifier(path, { threads: 1 }));
  expect(many.reduce((a, b) => a + b)).toBeCloseTo(files.length, 6);
  expect(many.some((p, i) => Math.abs(p - one[i]!) > 1e-3)).toBe(true);
});

test("says what was not done for too few images, and answers as before", async () => {
  const { classifier, steps } = await labelFreeClassifier(plain, files, {
    adaptStatistics: true,
    tent: true,
    neighbours: true,
    threads: 1,
  });
  const reason = `${files.length} images are too few to adapt to a laboratory (48 needed)`;
  expect(steps).toEqual([
    { name: "batch-norm statistics", applied: false, reason },
    { name: "entropy minimisation", applied: false, reason },
    {
      name: "neighbours' votes",
      applied: false,
      reason: expect.stringMatching(/^\d+ different cells are too few for a vote \(200 needed\): give more cells$/),
    },
  ]);
  const exported = await answers(await loadClassifier(plain, { threads: 1 }));
  for (const [i, p] of (await answers(classifier)).entries()) expect(p).toBeCloseTo(exported[i]!, 4);
});

test("an .onnx file is classified with as it is, and can't be changed", async () => {
  const file = join(plain, "model.onnx");
  const { classifier, steps } = await labelFreeClassifier(file, files, {});
  expect(steps).toEqual([]);
  await classifier.close();
  expect((await rejection(labelFreeClassifier(file, files, { tta: true }))).message).toBe(
    `ERR_FORMAT ${file}: not a run folder; a model file alone can't be adapted. Give the folder of a finished run, or remove --tta, --adapt-statistics, --tent and --neighbours.`,
  );
});

test("a folder without weights is no run that can be changed", async () => {
  const part = join(dir, "part");
  mkdirSync(part);
  copyFileSync(join(plain, "model.onnx"), join(part, "model.onnx"));
  const error = await rejection(openRun(part));
  expect(error.message).toMatch(/^ERR_FORMAT .*part: contains no model\.keras\. Adapting needs the complete folder/);
});

test("views of other sizes are cut from a wider crop, in whose middle the usual one is", async () => {
  const run = await openRun(crops);
  const many = await testTimeClassifier(run, manyViews(run), { threads: 1 });
  const own = await loadClassifier(crops, { threads: 1 });
  const image = await decodeImage(files[0]!);
  const [size, middle] = [many.imageSize[0], own.imageSize[0]];
  const usual = bringImage(image, own, 14);
  const rng = new Rng(0);
  const look = looksOf({ data: usual.pixels, width: middle, height: middle });
  const looks = [fitFamiliarity(Array.from({ length: 400 }, () => look.map((x) => x * rng.uniform(0.98, 1.02))))!];
  const wide = bringImage(image, { ...many, home: { ...many.home, looks } }, 14);
  expect(many.cropRedCells! / own.cropRedCells!).toBeCloseTo(size / middle, 12);
  expect(size / middle).toBeGreaterThanOrEqual(1.18);
  const from = (size - middle) / 2;
  for (let y = 0; y < middle; y++)
    for (let i = 0; i < 3 * middle; i++) {
      const difference = wide.pixels[3 * ((from + y) * size + from) + i]! - usual.pixels[3 * y * middle + i]!;
      expect(Math.abs(difference)).toBeLessThanOrEqual(1);
    }
  // Its looks are those of the middle, which are the ones that were learned.
  const { familiarity: known } = bringImage(image, { ...own, home: { ...own.home, looks } }, 14);
  const { familiarity: strange } = bringImage(image, { ...many, looksSize: size, home: { ...many.home, looks } }, 14);
  expect(Math.abs(wide.familiarity! - known!)).toBeLessThan(0.1);
  expect(strange!).toBeLessThan(0.01);
  await many.close();
  await own.close();
});
