import { join } from "node:path";
import { writePredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { writeFileWhole } from "../../formats/writeFile.ts";
import { writeHomeMemory } from "../../training/homeMemory.ts";
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
}

/**
 * Writes an adapted model as a run folder: adaptation.json, predictions of the labelled cells before and after,
 * memory.safetensors, model.keras and model.onnx. It remembers the labelled cells too, so that the next adaptation
 * keeps to them.
 */
export async function writeAdaptedRun(run: OpenRun, { result, out, from }: WriteAdaptedOptions): Promise<void> {
  const { before, after, memory, ...rest } = result;
  await writePredictionsCsv(join(out, "predictions", "labelled-before.csv"), before.predictions);
  await writePredictionsCsv(join(out, "predictions", "labelled-after.csv"), after.predictions);
  const told = { from, ...rest, before: before.evaluation, after: after.evaluation };
  await writeFileWhole(join(out, "adaptation.json"), `${JSON.stringify(told, undefined, 2)}\n`);
  if (memory !== undefined) await writeHomeMemory(join(out, "memory.safetensors"), memory);
  await writeModel(run.model, run.classes, run.recipe, out);
}
