import { LeukogramError } from "@leukogram/engine/core/errors";
import { modelEntry } from "@leukogram/engine/models/registry";
import type { Command } from "commander";
import type { JobWeights } from "../jobs/models/weights.ts";
import type { Recipe } from "../training/recipe/recipe.ts";

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

/** Refuses weights for a model that takes none. @throws ERR_USAGE; ERR_CONFIG if no such model. */
export function requireWeightsFit({ weights, fetchWeights }: WeightsFlags, { model }: Pick<Recipe, "model">): void {
  const flag = weights === undefined ? "--fetch-weights" : "--weights";
  if (modelEntry(model).pretrained || ((weights === undefined || weights === NONE) && !fetchWeights)) return;
  throw new LeukogramError("ERR_USAGE", `${flag}: model "${model}" has no ImageNet weights`, {
    hint: `Remove ${flag}, or choose another --model.`,
  });
}

/** What the flags ask for, as a job takes it. */
export function weightsOf({ weights, fetchWeights = false }: WeightsFlags): JobWeights | undefined {
  if (weights === NONE) return undefined;
  return weights ?? { fetch: fetchWeights };
}
