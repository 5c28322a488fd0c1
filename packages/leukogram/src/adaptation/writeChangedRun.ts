// The part of a run folder that all kinds of adaptation share.

import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { Sample } from "../data/sample.ts";
import { writePredictionsCsv } from "../evaluation/predictionsCsv.ts";
import type { Predictions } from "../evaluation/types.ts";
import { runFiles } from "../run/runFolder.ts";
import { type HomeMemory, writeHomeMemory } from "../training/homeMemory.ts";
import { learnLooks } from "../training/learnLooks.ts";
import type { TimeTaken } from "../training/progress/processorTime.ts";
import { writeModel } from "../training/trainModel.ts";
import type { OpenRun } from "./openRun.ts";

/** What every writer of an adapted run takes beside what was learned. */
export interface ChangedRunPlace {
  /** The new run folder. */
  readonly out: string;
  /** The model that was adapted, as it was named. */
  readonly from: string;
  /** How long adapting took; undefined if it was not measured. */
  readonly time?: TimeTaken | undefined;
}

/** What {@link writeChangedRun} takes beside the run. */
export interface ChangedRun extends ChangedRunPlace {
  readonly adapted: boolean;
  /** What adaptation.json says. */
  readonly told: object;
  /** Answers to cells, by the name of their file in predictions/. */
  readonly answers: Readonly<Record<string, Predictions>>;
  readonly memory: HomeMemory | undefined;
  /** Pictures of the new laboratory, by which the model knows it again. */
  readonly looks: readonly Sample[];
}

/**
 * Writes a model that was changed as a run folder: adaptation.json, answers before and after, memory.safetensors,
 * model.keras and model.onnx. The old temperature says nothing of a changed model, and is left out.
 */
export async function writeChangedRun(
  run: OpenRun,
  { adapted, told, answers, memory, looks, out, from, time }: ChangedRun,
): Promise<void> {
  const files = runFiles(out);
  for (const [name, predictions] of Object.entries(answers))
    await writePredictionsCsv(files.predictionsOf(name), predictions);
  await writeFileWhole(files.adaptation, `${JSON.stringify({ from, ...told, ...time }, undefined, 2)}\n`);
  if (memory !== undefined) await writeHomeMemory(files.memory, memory);
  const { model, classes, recipe, scale } = run;
  const home = adapted
    ? { looks: [...run.home.looks, ...(await newLooks(run, looks))], temperature: undefined }
    : run.home;
  await writeModel(model, { classes, recipe, home, scale }, out);
}

function newLooks({ recipe, model, scale }: OpenRun, samples: readonly Sample[]) {
  const { cropRedCells } = recipe;
  return learnLooks(samples, { cropRedCells, scale, size: model.input.shape[0]! });
}

/** Images without labels as samples; their labels mean nothing. */
export function unlabelledSamples(paths: readonly string[], laboratory?: string): Sample[] {
  return paths.map((path) => ({ file: path, path, label: 0, group: path, laboratory }));
}
