// Runs of one recipe from several seeds, taken together as one model.

import { existsSync, readFileSync } from "node:fs";
import { type Trainings, trainingsOfSeeds } from "../evaluation/compareSplits.ts";
import { evaluatePredictions } from "../evaluation/evaluate.ts";
import type { Costs, EpochRow, Predictions } from "../evaluation/types.ts";
import type { ComparedModel } from "../report/types.ts";
import { runFiles } from "../run/runFolder.ts";
import { isRunConfig, readRunConfig } from "./runs/runConfig.ts";

/** What a run folder says of how it was trained. */
export interface RunKind {
  readonly seed: number;
  /** All settings but the seed, and the data: the same of runs that differ in the seed alone. */
  readonly settings: string;
  /** Images that it learned from; undefined if they were not counted. */
  readonly trainedOn: number | undefined;
}

/** Reads what a run folder says of its training; undefined if it says nothing. */
export function readRunKind(path: string): RunKind | undefined {
  if (!isRunConfig(path)) return undefined;
  const { recipe, data, weights, scale, bits, mapClasses, others } = readRunConfig(path);
  const { seed = 0, ...settings } = recipe;
  const judged = runFiles(path).metricsOf("train");
  const trainedOn = existsSync(judged)
    ? (JSON.parse(readFileSync(judged, "utf8")) as { readonly count: number }).count
    : undefined;
  return {
    seed: Number(seed),
    settings: JSON.stringify([settings, data, weights, scale, bits, mapClasses, others]),
    trainedOn,
  };
}

/** A model as the command was given it. */
export interface SeedRun {
  readonly name: string;
  readonly predictions: Predictions;
  readonly history: readonly EpochRow[];
  readonly costs: Costs;
  /** Of a run folder. */
  readonly run: RunKind | undefined;
  /** Of a cross-validation. */
  readonly trainings?: Trainings | undefined;
}

/** A model of one seed or several; its predictions are those of the first. */
export type SeededModel = ComparedModel & Pick<SeedRun, "predictions" | "trainings">;

/** Runs that differ in the seed alone as one model each, unless only one model would be left. */
export function seedsTogether(models: readonly SeedRun[]): SeededModel[] {
  const groups = new Map<string, SeedRun[]>();
  for (const model of models) {
    const key = model.run?.settings ?? `only ${model.name}`;
    const known = groups.get(key) ?? [];
    // Runs of one seed differ in something else, such as what they were adapted to.
    if (known.some(({ run }) => run?.seed === model.run?.seed)) groups.set(`only ${model.name}`, [model]);
    else groups.set(key, [...known, model]);
  }
  return (groups.size > 1 ? [...groups.values()] : models.map((model) => [model])).map(asOne);
}

function asOne(runs: readonly SeedRun[]): SeededModel {
  const first = runs[0]!;
  const seeds = runs.map(({ run }) => run?.seed ?? 0);
  const evaluations = runs.map(({ predictions }) => evaluatePredictions(predictions));
  const trainingSeconds = runs.flatMap(({ costs }) => costs.trainingSeconds ?? []);
  const trainingCpuSeconds = runs.flatMap(({ costs }) => costs.trainingCpuSeconds ?? []);
  return {
    ...first,
    name: runs.length === 1 ? first.name : commonName(runs.map(({ name }) => name)),
    evaluations,
    seeds,
    trainingSeconds,
    trainingCpuSeconds,
    trainings: first.trainings ?? trainingsOfSeeds({ seeds, evaluations, trainedOn: first.run?.trainedOn }),
  };
}

// What all names begin with, less the word "seed".
function commonName(names: readonly string[]): string {
  let length = 0;
  while (names.every((name) => length < name.length && name[length] === names[0]![length])) length++;
  return names[0]!.slice(0, length).replace(/[-_ .]*(seed)?[-_ .]*$/i, "") || names[0]!;
}
