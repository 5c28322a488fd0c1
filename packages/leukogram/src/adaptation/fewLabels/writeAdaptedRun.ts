import { join } from "node:path";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { Sample } from "../../data/dataset.ts";
import { writePredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { storeConfidence } from "../../evaluation/storeConfidence.ts";
import type { HomeFacts } from "../../training/homeFacts.ts";
import { writeHomeMemory } from "../../training/homeMemory.ts";
import { learnLooks } from "../../training/learnLooks.ts";
import { writeModel } from "../../training/trainModel.ts";
import type { OpenRun } from "../openRun.ts";
import type { LabelAdaptation } from "./adaptToLabels.ts";

/** What {@link writeAdaptedRun} takes beside the run. */
export interface WriteAdaptedOptions {
  readonly result: LabelAdaptation;
  /** The new run folder. */
  readonly out: string;
  /** The model that was adapted, as it was named. */
  readonly from: string;
  /** The labelled cells. */
  readonly samples: readonly Sample[];
}

/**
 * Writes an adapted model as a run folder: adaptation.json, predictions of the labelled cells before and after,
 * memory.safetensors, model.keras and model.onnx. It remembers the labelled cells too, so that the next adaptation
 * keeps to them.
 */
export async function writeAdaptedRun(
  run: OpenRun,
  { result, out, from, samples }: WriteAdaptedOptions,
): Promise<void> {
  const { before, after, memory, ...rest } = result;
  const home = result.adapted ? await newHome(run, samples) : run.home;
  await writePredictionsCsv(join(out, "predictions", "labelled-before.csv"), before.predictions);
  await writePredictionsCsv(join(out, "predictions", "labelled-after.csv"), after.predictions);
  const told = { from, ...rest, before: before.evaluation, after: after.evaluation };
  await writeFileWhole(join(out, "adaptation.json"), `${JSON.stringify(told, undefined, 2)}\n`);
  if (memory !== undefined) await writeHomeMemory(join(out, "memory.safetensors"), memory);
  const { model, classes, recipe, scale } = run;
  await writeModel(model, { classes, recipe, home, scale }, out);
  if (result.adapted) await storeConfidence(out, after.predictions);
}

/** What a model knows of its laboratories, these pictures' among them; the old temperature says nothing of them. */
export async function newHome(
  { home, recipe, model, scale }: Pick<OpenRun, "home" | "recipe" | "model" | "scale">,
  samples: readonly Sample[],
): Promise<HomeFacts> {
  const { cropRedCells } = recipe;
  const looks = await learnLooks(samples, { cropRedCells, scale, size: model.input.shape[0]! });
  return { looks: [...home.looks, ...looks], temperature: undefined };
}
