import { join } from "node:path";
import type { Sample } from "../../data/dataset.ts";
import { writePredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { writeFileWhole } from "../../formats/writeFile.ts";
import type { SessionOptions } from "../../runtime/session.ts";
import { type HomeMemory, writeHomeMemory } from "../../training/homeMemory.ts";
import { writeModel } from "../../training/trainModel.ts";
import type { OpenRun } from "../openRun.ts";
import type { LabelAdaptation } from "./adaptToLabels.ts";
import { viewCells } from "./labelledCells.ts";

/** What {@link writeAdaptedRun} takes beside run and cells. */
export interface WriteAdaptedOptions {
  readonly result: LabelAdaptation;
  /** The new run folder. */
  readonly out: string;
  /** The model that was adapted, as it was named. */
  readonly from: string;
  readonly session: SessionOptions;
}

/**
 * Writes an adapted model as a run folder: adaptation.json, predictions of the labelled cells before and after,
 * memory.safetensors, model.keras and model.onnx. It remembers the labelled cells too, so that the next adaptation
 * keeps to them.
 */
export async function writeAdaptedRun(
  run: OpenRun,
  samples: readonly Sample[],
  { result, out, from, session }: WriteAdaptedOptions,
): Promise<void> {
  const { before, after, ...rest } = result;
  await writePredictionsCsv(join(out, "predictions", "labelled-before.csv"), before.predictions);
  await writePredictionsCsv(join(out, "predictions", "labelled-after.csv"), after.predictions);
  const told = { from, ...rest, before: before.evaluation, after: after.evaluation };
  await writeFileWhole(join(out, "adaptation.json"), `${JSON.stringify(told, undefined, 2)}\n`);
  const memory = result.adapted ? await withCells(run, samples, session) : run.memory;
  if (memory !== undefined) await writeHomeMemory(join(out, "memory.safetensors"), memory);
  await writeModel(run.model, run.classes, run.recipe, out);
}

async function withCells(run: OpenRun, samples: readonly Sample[], session: SessionOptions): Promise<HomeMemory> {
  const { shape, views, activations, labels } = await viewCells(run, samples, { ...session, ownOnly: true });
  const size = activations.length / (samples.length * views);
  const own = samples.map((_, i) => activations.subarray(i * views * size, (i * views + 1) * size));
  const old = run.memory?.activations ?? new Float32Array();
  const all = new Float32Array(old.length + own.length * size);
  all.set(old);
  for (const [i, row] of own.entries()) all.set(row, old.length + i * size);
  return { shape, labels: [...(run.memory?.labels ?? []), ...labels], activations: all };
}
