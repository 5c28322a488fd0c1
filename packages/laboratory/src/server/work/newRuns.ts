import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { modelEntry } from "@leukogram/engine/models/registry";
import { MOST_CELLS } from "leukogram/adaptation/unlabelled/unlabelledCells";
import { FEWEST_CELLS } from "leukogram/adaptation/unlabelled/voteSigns";
import { parseRecipe } from "leukogram/training/recipe/recipe";
import type { Json } from "../../store/canonicalJson.ts";
import { countedCells, differentImages } from "../../store/knownCells.ts";
import type { RunRow } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import { allowedData } from "./dataFolders.ts";
import { asClasses, holdOut, listOf, manifestOf } from "./heldOut.ts";
import type { Models } from "./models.ts";
import { type JobFiles, trainFiles } from "./runFiles.ts";

/** What a training is asked for. */
export interface TrainWish {
  readonly name?: string | undefined;
  /** A folder, or manifest, in one of those that may be trained on. */
  readonly data: string;
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** What an adaptation is asked for. */
export interface AdaptWish {
  /** Cases whose cells are taken; default: all. */
  readonly cases?: readonly string[] | undefined;
  /** Accuracy that may be lost on the model's own laboratory, points. */
  readonly homeLoss: number;
}

/** A run that is asked for, and the files that it begins from. */
export interface NewJob {
  readonly kind: RunRow["kind"];
  readonly name: string;
  readonly settings: { readonly [key: string]: Json };
  readonly files: JobFiles;
}

/** What new runs are made of. */
export interface NewRunOptions {
  readonly store: Store;
  readonly models: Models;
  /** Folders that may be trained on, beside the data folder's datasets/. */
  readonly allowed: readonly string[];
}

/** A training. @throws ERR_DENIED if its data may not be trained on; ERR_CONFIG for wrong settings. */
export function newTraining({ store, allowed }: NewRunOptions, { name, data, recipe: wanted }: TrainWish): NewJob {
  const path = allowedData(data, [join(store.folder, "datasets"), ...allowed]);
  const recipe = parseRecipe(wanted);
  modelEntry(recipe.model);
  const settings = { data, path, recipe: JSON.parse(JSON.stringify(recipe)) as Json };
  return { kind: "train", name: name ?? `${recipe.model} on ${data}`, settings, files: trainFiles(recipe) };
}

/** An adaptation of the active model by labelled cells. @throws ERR_DATA if too few are known. */
export async function newAdaptation(options: NewRunOptions, { cases, homeLoss }: AdaptWish): Promise<NewJob> {
  const { store } = options;
  const { model, name, classes } = await activeModel(options);
  const counted = await countedCells(store, cases);
  const { known, leftOut } = asClasses(classes, counted);
  const { learn, judge } = holdOut(known);
  const files = Object.fromEntries(
    Object.entries({ learn, judge }).map(([part, cells]) => [`${part}.csv`, manifestOf(cells, store.images.pathOf)]),
  );
  const settings = {
    ...{ model, cases: cases ? [...cases] : null, homeLoss, learn: learn.length, judge: judge.length },
    labelled: judge.filter(({ isLabelled }) => isLabelled).length,
    ...(Object.keys(leftOut).length > 0 && { leftOut }),
  };
  return { kind: "adapt", name, settings, files };
}

/** An adaptation of the active model by the laboratory's first cells, labelled or not. @throws ERR_DATA if there are too few. */
export async function newUnlabelledAdaptation(
  options: NewRunOptions,
  { homeLoss }: Pick<AdaptWish, "homeLoss">,
): Promise<NewJob> {
  const { store } = options;
  const { model, name } = await activeModel(options);
  const images = await differentImages(store, MOST_CELLS);
  if (images.length < FEWEST_CELLS)
    throw new LeukogramError(
      "ERR_DATA",
      `adapting without labels needs ${FEWEST_CELLS} different cells; there are ${images.length}`,
      { hint: "Add more images; they need no labels." },
    );
  const settings = { model, homeLoss, unlabelled: images.length };
  return { kind: "adapt", name, settings, files: { "cells.csv": listOf(images, store.images.pathOf) } };
}

// The active model, and the name of what is adapted from it: of the model that stood at the beginning, and the second
// (UTC) in which its adaptation was asked for.
async function activeModel({ store, models }: NewRunOptions) {
  const model = await models.active();
  const { models: all } = await models.list();
  const { name: parent = model, classes = [] } = all.find(({ id }) => id === model) ?? {};
  const second = store.now().toISOString().slice(0, 19).replace("T", " ");
  return { model, classes, name: `${parent.split(", adapted ")[0]}, adapted ${second}` };
}
