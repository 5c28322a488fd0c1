import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "../../core/errors.ts";
import { readKerasFile } from "../../formats/kerasFile.ts";
import { loadWeights } from "../../formats/loadWeights.ts";
import { modelEntry } from "../../models/registry.ts";
import type { CellNormalizationOptions } from "../../nn/cellNormalization.ts";
import type { Model } from "../../nn/model.ts";
import { readMetadata } from "../../runtime/metadata.ts";
import { cellNormalizationOf } from "../../training/cellPictures.ts";
import { parseRecipe, type Recipe } from "../../training/recipe.ts";

/** A finished run with its layers and weights, so that they can be changed. */
export interface OpenRun {
  /** The run folder. */
  readonly path: string;
  readonly classes: readonly string[];
  readonly recipe: Recipe;
  /** All layers may move, frozen in training or not. */
  readonly model: Model;
  /** How pictures are normalised first; undefined where they are not. */
  readonly cells: CellNormalizationOptions | undefined;
}

/**
 * Opens the model of a run folder from model.keras, which has the weights, and model.onnx, which names the classes.
 *
 * @throws ERR_FORMAT where the folder holds no finished run; ERR_WEIGHTS where the two files do not belong together.
 */
export async function openRun(path: string): Promise<OpenRun> {
  const [onnx, keras] = ["model.onnx", "model.keras"].map((name) => join(path, name)) as [string, string];
  const missing = [onnx, keras].find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: there is no ${missing.slice(path.length + 1)} in it`, {
      hint: "Adapting needs the whole folder of a finished run: a model file alone can't be changed.",
    });
  const metadata = readMetadata(readFileSync(onnx));
  if (metadata.recipe === undefined || metadata.classes === undefined)
    throw new LeukogramError("ERR_FORMAT", `${onnx}: does not say how it was trained`, {
      hint: "Give a run folder that Leukogram wrote.",
    });
  const classes = JSON.parse(metadata.classes) as string[];
  const recipe = parseRecipe(JSON.parse(metadata.recipe), onnx);
  const { model } = modelEntry(recipe.model).build({ ...recipe, frozen: false, classes: classes.length });
  loadWeights(model, await readKerasFile(keras), { source: keras });
  return { path, classes, recipe, model, cells: cellNormalizationOf(recipe, model.input.shape[0]!) };
}
