import { existsSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { modelEntry } from "@leukogram/engine/models/registry";
import type { LayerOutput } from "@leukogram/engine/nn/layer";
import type { Model } from "@leukogram/engine/nn/model";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import type { CellNormalizationOptions } from "../cells/cellNormalization.ts";
import { type Scale, scaleOfText } from "../data/scale/scale.ts";
import { findChangeableFiles, isShippedName } from "../shipped/shippedModels.ts";
import { type HomeFacts, homeFactsOf } from "../training/homeFacts.ts";
import { changeablePart, type HomeMemory, readHomeMemory } from "../training/homeMemory.ts";
import { cellNormalizationOf } from "../training/recipe/cellsOfRecipe.ts";
import { parseRecipe, type Recipe } from "../training/recipe/recipe.ts";

/** A finished run with its layers and weights, so that they can be changed. */
export interface OpenRun {
  /** The run folder, or the name of a shipped model. */
  readonly path: string;
  readonly classes: readonly string[];
  readonly recipe: Recipe;
  /** All layers may move, frozen in training or not. */
  readonly model: Model;
  /** Where the part begins that a few labels may change. */
  readonly changeable: LayerOutput;
  /** What it remembers of its own laboratory; undefined in runs of older versions. */
  readonly memory: HomeMemory | undefined;
  /** What it knows of its own laboratories. */
  readonly home: HomeFacts;
  /** The scale of the laboratory that it was adapted to; undefined if it is to be measured. */
  readonly scale: Scale | undefined;
  /** How pictures are normalised first; undefined if they are not. */
  readonly cells: CellNormalizationOptions | undefined;
}

/**
 * Opens the model of a run folder, or a shipped one by name, from model.keras, which has the weights, and model.onnx,
 * which names the classes.
 *
 * @throws ERR_FORMAT if the folder holds no finished run; ERR_WEIGHTS if the two files do not belong together.
 */
export async function openRun(path: string): Promise<OpenRun> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new LeukogramError("ERR_FORMAT", `${path}: a model file can be used but not adapted`, {
      hint: "Give the complete folder of a finished Leukogram run, or train a model with leukogram train.",
    });
  const { onnx, keras, memory } = findChangeableFiles(path);
  const missing = [onnx, keras].find((file) => file === undefined || !existsSync(file));
  if (missing !== undefined || keras === undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: contains no ${basename(missing ?? "model.keras")}`, {
      hint: isShippedName(path)
        ? "This model has no layers file: it can predict, evaluate and count, but can't be inspected, converted, explained or adapted."
        : "Adapting needs the complete folder of a finished run, not only a model file.",
    });
  const metadata = readMetadata(readFileSync(onnx));
  if (metadata.recipe === undefined || metadata.classes === undefined)
    throw new LeukogramError("ERR_FORMAT", `${onnx}: contains no training settings`, {
      hint: "Give a run folder that Leukogram wrote.",
    });
  const classes = JSON.parse(metadata.classes) as string[];
  const recipe = parseRecipe(JSON.parse(metadata.recipe), onnx);
  const built = modelEntry(recipe.model).build({ ...recipe, frozen: false, classes: classes.length });
  const { model } = built;
  loadWeights(model, await readKerasFile(keras), { source: keras });
  return {
    path,
    classes,
    recipe,
    model,
    changeable: changeablePart(built),
    memory: memory === undefined ? undefined : await readHomeMemory(memory),
    home: homeFactsOf(metadata),
    scale: metadata.scale === undefined ? undefined : scaleOfText(metadata.scale, onnx),
    cells: cellNormalizationOf(recipe, model.input.shape[0]!),
  };
}
