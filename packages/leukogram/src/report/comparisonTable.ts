import type { Estimate } from "@leukogram/engine/core/estimate";
import { summariseSeeds } from "../evaluation/seeds.ts";
import { withCpu } from "./text/format.ts";
import { textTable } from "./text/textTable.ts";
import type { ComparedModel } from "./types.ts";

/** Models side by side, as text: one row a model, intervals in brackets. */
export function comparisonTable(models: readonly ComparedModel[]): string {
  // Runs of older versions do not say it.
  const saysCpu = models.some((model) => cpuSecondsOf(model).length > 0);
  const header = [
    "Model",
    "Test accuracy",
    "Balanced accuracy",
    "Macro F1",
    "Gap",
    "Training",
    ...(saysCpu ? ["CPU"] : []),
    "Parameters",
    "File",
    "Per image",
  ];
  const seconds = (value: number) => `${Math.max(0, value).toFixed(0)} s`;
  const rows = models.map((model) => {
    const { costs } = model;
    return [
      model.name,
      ...(["accuracy", "balancedAccuracy", "macroF1"] as const).map((key) => figure(model, key)),
      overSeeds(gapsOf(model), (gap) => (100 * gap).toFixed(1)),
      overSeeds(secondsOf(model), seconds),
      ...(saysCpu ? [overSeeds(cpuSecondsOf(model), seconds)] : []),
      costs.parameters === undefined ? "-" : costs.parameters.toLocaleString("en"),
      costs.fileBytes === undefined ? "-" : `${(costs.fileBytes / 1e6).toFixed(1)} MB`,
      costs.millisecondsPerImage === undefined
        ? "-"
        : withCpu(costs.millisecondsPerImage, costs.cpuMillisecondsPerImage, (ms) => `${ms!.toFixed(1)} ms`),
    ];
  });
  return textTable([header, ...rows]);
}

/** Accuracy on the training images less that on the test images, for each seed if it is known. */
export function gapsOf({ gaps, trainAccuracy, evaluations }: ComparedModel): readonly number[] {
  return gaps ?? (trainAccuracy === undefined ? [] : [trainAccuracy - evaluations[0]!.accuracy.value]);
}

/** Seconds of training, for each seed where they are known. */
export function secondsOf({ trainingSeconds, costs }: ComparedModel): readonly number[] {
  return trainingSeconds ?? (costs.trainingSeconds === undefined ? [] : [costs.trainingSeconds]);
}

/** Seconds of processor time of training, for each seed; none unless they are known of all. */
export function cpuSecondsOf(model: ComparedModel): readonly number[] {
  const { trainingCpuSeconds, costs } = model;
  const known = trainingCpuSeconds ?? (costs.trainingCpuSeconds === undefined ? [] : [costs.trainingCpuSeconds]);
  return known.length === secondsOf(model).length ? known : [];
}

/** One value as it is; of several their mean and its 95 % interval; a dash for none. */
export function overSeeds(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0) return "-";
  const { mean, low, high } = summariseSeeds([...values]);
  return low === undefined || high === undefined ? format(mean) : `${format(mean)} (${format(low)} to ${format(high)})`;
}

// One seed: its interval over images. Several: their mean and the interval of that mean.
function figure({ evaluations }: ComparedModel, key: "accuracy" | "balancedAccuracy" | "macroF1"): string {
  const values = evaluations.map((evaluation) => (evaluation[key] as Estimate).value);
  const first = evaluations[0]![key];
  const { mean, low, high } =
    values.length > 1 ? summariseSeeds(values) : { mean: first.value, low: first.low, high: first.high };
  const limits =
    low === undefined || high === undefined
      ? ""
      : ` (${(100 * low).toFixed(1)}-${(100 * Math.min(high, 1)).toFixed(1)})`;
  return `${(100 * mean).toFixed(1)}${limits}`;
}
