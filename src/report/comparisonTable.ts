import type { Estimate } from "../core/estimate.ts";
import { summariseSeeds } from "../evaluation/seeds.ts";
import type { ComparedModel } from "./types.ts";

const HEADER = [
  "Model",
  "Test accuracy",
  "Balanced accuracy",
  "Macro F1",
  "Gap",
  "Training",
  "Parameters",
  "File",
  "Per image",
];

/** Models side by side, as text: one row a model, intervals in brackets. */
export function comparisonTable(models: readonly ComparedModel[]): string {
  const rows = models.map((model) => {
    const { costs } = model;
    const gap = generalisationGap(model);
    return [
      model.name,
      ...(["accuracy", "balancedAccuracy", "macroF1"] as const).map((key) => figure(model, key)),
      gap === undefined ? "-" : `${(100 * gap).toFixed(1)}`,
      costs.trainingSeconds === undefined ? "-" : `${costs.trainingSeconds.toFixed(0)} s`,
      costs.parameters === undefined ? "-" : costs.parameters.toLocaleString("en"),
      costs.fileBytes === undefined ? "-" : `${(costs.fileBytes / 1e6).toFixed(1)} MB`,
      costs.millisecondsPerImage === undefined ? "-" : `${costs.millisecondsPerImage.toFixed(1)} ms`,
    ];
  });
  const all = [HEADER, ...rows];
  const widths = HEADER.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "))
    .join("\n");
}

/** Accuracy on the training images less that on the test images; undefined where the first is not known. */
export function generalisationGap({ trainAccuracy, evaluations }: ComparedModel): number | undefined {
  return trainAccuracy === undefined ? undefined : trainAccuracy - evaluations[0]!.accuracy.value;
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
