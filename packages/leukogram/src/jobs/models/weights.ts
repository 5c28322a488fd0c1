import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { findImagenetWeights } from "@leukogram/engine/formats/weights/imagenetWeights";
import { modelEntry } from "@leukogram/engine/models/registry";
import type { Recipe } from "../../training/recipe/recipe.ts";
import type { JobTeller } from "../jobTeller.ts";

/** Where a backbone's ImageNet weights come from: a file, or the cache, which `fetch` fills from Keras's public address. */
export type JobWeights = string | { readonly fetch: boolean };

/**
 * The weights file for a recipe's model; undefined if none was asked for, or, with a word about it, if none is there.
 *
 * @throws as `findImagenetWeights`.
 */
export async function findWeights(
  weights: JobWeights | undefined,
  recipe: Pick<Recipe, "model" | "alpha" | "imageSize">,
  { tell, signal }: { readonly tell: Pick<JobTeller, "stage" | "line">; readonly signal?: StopSignal | undefined },
): Promise<string | undefined> {
  if (weights === undefined) return undefined;
  const entry = modelEntry(recipe.model);
  // A model that begins from none is left to say so of a file itself.
  if (!entry.pretrained) return typeof weights === "string" ? weights : undefined;
  const found = await findImagenetWeights({
    ...(typeof weights === "string" ? { weights } : weights),
    model: entry.name,
    alpha: recipe.alpha,
    imageSize: recipe.imageSize ?? entry.imageSize,
    signal,
    onProgress: (done: number, total: number | undefined) =>
      tell.stage("Downloading ImageNet weights", done, total ?? done),
  });
  if (found === undefined)
    tell.line(
      `No ImageNet weights found: ${entry.title} starts from random weights. Download them with --fetch-weights, or give a file with --weights.`,
    );
  return found?.path;
}
