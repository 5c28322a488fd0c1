import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LeukogramError } from "@leukogram/engine/core/errors";
import { openData } from "leukogram/data/dataset";
import { walkImages } from "leukogram/data/folders/walk";
import type { Dataset, Sample } from "leukogram/data/sample";
import { splitDataset } from "leukogram/data/sampling/split";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { parseRecipe, type Recipe } from "leukogram/training/recipe/recipe";
import { splitByRecipe } from "leukogram/training/recipe/splitByRecipe";
import { trainModel } from "leukogram/training/trainModel";
import type { TrainOptions } from "leukogram/training/trainOptions";
import { afterAll, expect } from "vitest";
import { setVariable } from "../support/environment.ts";

/** A folder for one test file, removed when its tests have run; the caches lie in it too. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "leukogram-training-"));
  setVariable("LEUKOGRAM_CACHE", join(dir, "cache"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Images to learn from and to choose by. */
export interface SmallSet {
  readonly train: Dataset;
  readonly validation: readonly Sample[];
}

/** Draws a few small smears and parts them. */
export async function drawSet(dir: string): Promise<SmallSet> {
  await drawSmears(dir, { count: 5, testCount: 2, imageSize: 40 });
  const { train } = openData(dir);
  const parts = splitDataset(train, { validationFraction: 0.2 });
  return { train: { ...train, samples: parts.train }, validation: parts.validation };
}

/** A recipe that trains in a second. */
export function smallRecipe(values: Readonly<Record<string, unknown>> = {}): Recipe {
  return parseRecipe({ imageSize: 32, epochs: 3, batchSize: 4, threads: 1, ...values });
}

/** The error that `promise` is rejected with, which must be one of ours. */
export async function rejection(promise: Promise<unknown>): Promise<LeukogramError> {
  const error = await promise.then(
    () => undefined,
    (cause: LeukogramError) => cause,
  );
  expect(error?.name).toBe("LeukogramError");
  return error!;
}

/** Trains into `out` until `stopAt` steps are taken, and is then interrupted; gives `out`. */
export async function interruptedRun(
  train: (options: Pick<TrainOptions, "out" | "signal" | "onProgress">) => Promise<unknown>,
  out: string,
  stopAt: number,
): Promise<string> {
  const stop = new AbortController();
  let steps = 0;
  const onProgress = () => {
    if (++steps === stopAt) stop.abort();
  };
  expect((await rejection(train({ out, signal: stop.signal, onProgress }))).code).toBe("ERR_ABORTED");
  return out;
}

/** Draws smears into `dir`/smears, trains a model that takes crops into `dir`/run, and gives both. */
export async function trainCropping(dir: string): Promise<{ readonly model: string; readonly images: string[] }> {
  const [smears, model] = [join(dir, "smears"), join(dir, "run")];
  await drawSmears(smears, { count: 6, testCount: 6, imageSize: 48 });
  const data = openData(smears);
  const recipe = smallRecipe({ model: "cnn-wide", epochs: 1, cropRedCells: 2.6 });
  const { train, validation } = splitByRecipe(data, recipe);
  await trainModel({ ...data.train, samples: train }, validation, recipe, { out: model });
  return { model, images: walkImages(join(smears, "Test")) };
}
