import type { Sample } from "../../data/sample.ts";
import { storeConfidence } from "../../evaluation/confidence/storeConfidence.ts";
import type { OpenRun } from "../openRun.ts";
import { type ChangedRunPlace, unlabelledSamples, writeChangedRun } from "../writeChangedRun.ts";
import type { LabelAdaptation } from "./adaptToLabels.ts";

/** What {@link writeAdaptedRun} takes beside the run. */
export interface WriteAdaptedOptions extends ChangedRunPlace {
  readonly result: LabelAdaptation;
  /** The labelled cells. */
  readonly samples: readonly Sample[];
  /** Other images of the same laboratory, by which the model knows it again too: few labelled ones say too little. */
  readonly unlabelled?: readonly string[];
}

/**
 * Writes an adapted model as a run folder: adaptation.json, predictions of the labelled cells before and after,
 * memory.safetensors, model.keras and model.onnx. It remembers the labelled cells too, so that the next adaptation
 * keeps to them.
 */
export async function writeAdaptedRun(
  run: OpenRun,
  { result, samples, unlabelled = [], ...place }: WriteAdaptedOptions,
): Promise<void> {
  const { before, after, memory, ...rest } = result;
  const answers = { "labelled-before": before.predictions, "labelled-after": after.predictions };
  const told = { ...rest, before: before.evaluation, after: after.evaluation };
  const looks = [...samples, ...unlabelledSamples(unlabelled, samples[0]?.laboratory)];
  await writeChangedRun(run, { ...place, adapted: result.adapted, told, answers, memory, looks });
  if (result.adapted) await storeConfidence(place.out, after.predictions);
}
