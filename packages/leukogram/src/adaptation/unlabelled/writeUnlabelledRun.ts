import { join } from "node:path";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { Sample } from "../../data/dataset.ts";
import { writePredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { writeHomeMemory } from "../../training/homeMemory.ts";
import { writeModel } from "../../training/trainModel.ts";
import { newHome } from "../fewLabels/writeAdaptedRun.ts";
import type { OpenRun } from "../openRun.ts";
import type { UnlabelledAdaptation } from "./adaptUnlabelled.ts";

/** What {@link writeUnlabelledRun} takes beside the run. */
export interface WriteUnlabelledOptions {
  readonly result: UnlabelledAdaptation;
  /** The new run folder. */
  readonly out: string;
  /** The model that was adapted, as it was named. */
  readonly from: string;
  /** The cells that voted. */
  readonly samples: readonly Sample[];
}

/**
 * Writes a model that was adapted without labels as a run folder: adaptation.json, answers to the cells before and
 * after, memory.safetensors, model.keras and model.onnx. It remembers its old laboratory only: of the new cells it has
 * no labels to remember.
 */
export async function writeUnlabelledRun(
  run: OpenRun,
  { result, out, from, samples }: WriteUnlabelledOptions,
): Promise<void> {
  const { before, after, memory, ...rest } = result;
  await writePredictionsCsv(join(out, "predictions", "unlabelled-before.csv"), before);
  await writePredictionsCsv(join(out, "predictions", "unlabelled-after.csv"), after);
  await writeFileWhole(join(out, "adaptation.json"), `${JSON.stringify({ from, ...rest }, undefined, 2)}\n`);
  if (memory !== undefined) await writeHomeMemory(join(out, "memory.safetensors"), memory);
  const home = result.adapted ? await newHome(run, samples) : run.home;
  const { model, classes, recipe, scale } = run;
  await writeModel(model, { classes, recipe, home, scale }, out);
}
