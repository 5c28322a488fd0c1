import { LeukogramError } from "@leukogram/engine/core/errors";
import { findImagenetWeights } from "@leukogram/engine/formats/imagenetWeights";
import { modelEntry } from "@leukogram/engine/models/registry";
import type { Command } from "commander";
import type { Recipe } from "../training/recipe.ts";
import type { Progress } from "./progress.ts";

/** Flags that say where a backbone's weights come from. */
export interface WeightsFlags {
  readonly weights?: string | undefined;
  readonly fetchWeights?: boolean;
}

/** `--weights` and `--fetch-weights`. */
export function addWeightsFlags(command: Command): void {
  command
    .option(
      "--weights <file>",
      "ImageNet weights of the backbone: a Keras file (.h5), or a timm file of a ViT (.safetensors); none for random weights",
    )
    .option("--fetch-weights", "download ImageNet weights from Keras's public address if they are missing");
}

/** What `--weights` takes in place of a file, so that none of the cache is taken either. */
const NONE = "none";

/** Refuses weights for a model that takes none. @throws ERR_USAGE; ERR_CONFIG if there is no such model. */
export function requireWeightsFit({ weights, fetchWeights }: WeightsFlags, { model }: Pick<Recipe, "model">): void {
  const flag = weights === undefined ? "--fetch-weights" : "--weights";
  if (modelEntry(model).pretrained || ((weights === undefined || weights === NONE) && !fetchWeights)) return;
  throw new LeukogramError("ERR_USAGE", `${flag}: model "${model}" has no ImageNet weights`, {
    hint: `Remove ${flag}, or choose another --model.`,
  });
}

/** The weights file for a recipe's model; undefined, and a word about it, if there is none. */
export async function findWeights(
  { weights, fetchWeights = false }: WeightsFlags,
  recipe: Pick<Recipe, "model" | "alpha" | "imageSize">,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const entry = modelEntry(recipe.model);
  if (!entry.pretrained || weights === NONE) return undefined;
  const found = await findImagenetWeights({
    weights,
    model: entry.name,
    alpha: recipe.alpha,
    imageSize: recipe.imageSize ?? entry.imageSize,
    fetch: fetchWeights,
    signal,
    onProgress: (done: number, total: number | undefined) =>
      progress.stage("Downloading ImageNet weights", done, total ?? done),
  });
  if (found === undefined)
    progress.line(
      `No ImageNet weights found: ${entry.title} starts from random weights. Download them with --fetch-weights, or give a file with --weights.`,
    );
  return found?.path;
}
