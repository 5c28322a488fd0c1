// A cross-validation as a whole: images, groups of copies, weights, trainings, answers.
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { groupByCopies } from "../audit/groupByCopies.ts";
import type { Dataset } from "../data/sample.ts";
import { type CrossValidation, crossValidate } from "../evaluation/crossValidate.ts";
import { recipeWarnings } from "../training/recipe/fromRecipe.ts";
import type { Recipe } from "../training/recipe/recipe.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import { findWeights, type JobWeights } from "./models/weights.ts";
import { checkRunFolder, prepareRunFolder } from "./runs/runConfig.ts";
import { howRead, openTrainingData, sourcesOf, type TrainingData, withBits } from "./trainingData.ts";
import { sessionOfRecipe } from "./trainJob.ts";

/** What {@link crossValidateJob} takes. */
export interface CrossValidateJobOptions extends TrainingData, JobOptions {
  /** Folder that gets a run for each split, predictions.csv and crossvalidation.json. */
  readonly out: string;
  readonly recipe: Recipe;
  /** Parts, each of which is judged once; default 5. */
  readonly folds?: number;
  /** Times, each with other folds and another seed; default 1. */
  readonly repeats?: number;
  /** Whether copies of one cell are looked for, and kept in one fold. */
  readonly groupCopies?: boolean;
  /** ImageNet weights of the backbone; default: it begins from random weights. */
  readonly weights?: JobWeights | undefined;
  /** Go on with what `out` holds. */
  readonly resume?: boolean;
  /** Let what `out` holds make room. */
  readonly replace?: boolean;
  /** Leave out images that can't be read. */
  readonly skipBad?: boolean;
}

/** What {@link crossValidateJob} gives. */
export interface CrossValidateJobResult extends CrossValidation {
  readonly out: string;
}

/**
 * Trains and judges a recipe fold by fold on the data's training part; its test part is not looked at.
 *
 * @throws ERR_OUTPUT if `out` holds something else; ERR_CONFIG if it is resumed with other settings; as `crossValidate`.
 *
 * @example
 * const { accuracy } = await crossValidateJob({
 *   data: "cells",
 *   out: "runs/cnn-cv",
 *   recipe: parseRecipe({ model: "cnn" }),
 *   folds: 5,
 * });
 */
export function crossValidateJob(options: CrossValidateJobOptions): Promise<CrossValidateJobResult> {
  return runJob(options, sourcesOf(options), (tell) => withBits(options.bits, () => validate(options, tell)));
}

async function validate(job: CrossValidateJobOptions, tell: JobTeller): Promise<CrossValidateJobResult> {
  const { out, recipe, folds = 5, repeats = 1, resume = false, replace = false, skipBad = false, signal } = job;
  const [read, sources] = [howRead(job), sourcesOf(job)];
  checkRunFolder(out, { recipe, ...read }, { resume, replace });
  const { train: opened } = openTrainingData(job, recipe, tell.note);
  const weights = await findWeights(job.weights, recipe, { tell, signal });
  for (const warning of recipeWarnings(recipe)) tell.note(warning);
  const data = sources.length === 1 ? sources[0]! : sources;
  await prepareRunFolder(out, { data, weights, ...read, recipe }, { resume, replace });
  const train = job.groupCopies ? await withoutCopiesApart(opened, tell, signal) : opened;
  const result = await crossValidate(train, recipe, {
    ...{ out, folds, repeats, weights, skipBad, resume, signal },
    grouped: job.groupCopies ? "copies" : undefined,
    session: sessionOfRecipe(recipe),
    onSplit: ({ repeat, fold, done }) =>
      tell.line(`Repeat ${repeat} of ${repeats}, fold ${fold} of ${folds}${done ? ": done before" : ""}`),
    onStage: tell.stage,
    onProgress: tell.step,
    onEpoch: tell.epochOf(recipe.epochs),
  });
  return { out, ...result };
}

async function withoutCopiesApart(dataset: Dataset, tell: JobTeller, signal: StopSignal | undefined): Promise<Dataset> {
  const found = await groupByCopies(dataset, { signal, onStage: tell.stage });
  const [before, after] = found.groups;
  tell.line(`Copies found: ${found.pairs} pairs; ${before} groups of images were merged into ${after}.`);
  return found.dataset;
}
