// Cells of a laboratory that a model is adapted to: which are learned from, which vote, which judge.
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { OpenRun } from "../adaptation/openRun.ts";
import { unpackedFolder } from "../data/archives/unpackedFolder.ts";
import { IMAGE_EXTENSIONS_TEXT } from "../data/folders/walk.ts";
import { isManifestName } from "../data/manifest/manifestTable.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import { labelMap } from "../evaluation/evaluateModel.ts";
import { imagesOf } from "./cells/imageFiles.ts";

/** The images of a folder or manifest but for those that have a label. @throws ERR_DATA if there is none. */
export function unlabelledImages(dir: string, labelled: string | undefined): string[] {
  for (const folder of [...(isManifestName(dir) ? [] : [dir]), ...(labelled === undefined ? [] : [labelled])])
    if (!existsSync(folder) || !statSync(unpackedFolder(folder)).isDirectory())
      throw new LeukogramError("ERR_DATA", `${folder}: no such folder`, {
        hint: "Check the path's spelling.",
      });
  const known = new Set(labelled === undefined ? [] : imagesOf([labelled]).map((path) => resolve(path)));
  const all = imagesOf([dir]);
  const paths = all.filter((path) => !known.has(resolve(path)));
  if (paths.length > 0) return paths;
  throw new LeukogramError("ERR_DATA", `${dir}: contains no unlabelled images`, {
    hint: `Give a folder of images (${IMAGE_EXTENSIONS_TEXT}).`,
  });
}

/** The images but for those of sets: what is judged by must not vote, or the judgement would be of cells that were seen. */
export function withoutLabelled(dir: string, sets: readonly (readonly Sample[])[]): string[] {
  const known = new Set(sets.flat().map(({ path }) => resolve(path)));
  return unlabelledImages(dir, undefined).filter((path) => !known.has(resolve(path)));
}

/** The set's cells with the model's classes as labels. @throws as `labelMap`. */
export function labelledSamples(dataset: Dataset, { classes, path }: OpenRun): Sample[] {
  const labels = labelMap({ classes, path }, dataset.classes);
  return dataset.samples.map((sample) => ({ ...sample, label: labels[sample.label]! }));
}

/** Refuses a cell that is learned from and judged by. @throws ERR_DATA */
export function requireApart(samples: readonly Sample[], heldOut: readonly Sample[]): void {
  const learned = new Set(samples.map(({ path }) => path));
  const both = heldOut.find(({ path }) => learned.has(path));
  if (both === undefined) return;
  throw new LeukogramError("ERR_DATA", `${both.path}: used both for training and for evaluation`, {
    hint: "Give different cells with --judge.",
  });
}
