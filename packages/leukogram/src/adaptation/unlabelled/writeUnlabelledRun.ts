import type { Sample } from "../../data/sample.ts";
import type { OpenRun } from "../openRun.ts";
import { type ChangedRunPlace, writeChangedRun } from "../writeChangedRun.ts";
import type { UnlabelledAdaptation } from "./adaptUnlabelled.ts";

/** What {@link writeUnlabelledRun} takes beside the run. */
export interface WriteUnlabelledOptions extends ChangedRunPlace {
  readonly result: UnlabelledAdaptation;
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
  { result, samples, ...place }: WriteUnlabelledOptions,
): Promise<void> {
  const { before, after, memory, ...told } = result;
  const answers = { "unlabelled-before": before, "unlabelled-after": after };
  await writeChangedRun(run, { ...place, adapted: told.adapted, told, answers, memory, looks: samples });
}
