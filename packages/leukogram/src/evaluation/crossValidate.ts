import { existsSync, readFileSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { Dataset } from "../data/sample.ts";
import { assignFolds } from "../data/sampling/folds.ts";
import { splitDataset } from "../data/sampling/split.ts";
import { confusionMatrix } from "../metrics/confusionMatrix.ts";
import { correctedResampledTest } from "../metrics/resampledTest.ts";
import { runFiles } from "../run/runFolder.ts";
import { trainingTime } from "../training/progress/processorTime.ts";
import { readHistory } from "../training/readHistory.ts";
import type { Recipe } from "../training/recipe/recipe.ts";
import type { TrainEvents, TrainOptions } from "../training/trainOptions.ts";
import { predictedClass } from "./checkPredictions.ts";
import { evaluatePredictions, knownRows } from "./evaluate.ts";
import { trainAndAnswer } from "./laboratories/trainAndAnswer.ts";
import { readPredictionsCsv, writePredictionsCsv } from "./predictionsCsv.ts";
import type { Predictions } from "./types.ts";

/** The figures that are given of each split. */
export const SPLIT_FIGURES = ["accuracy", "balancedAccuracy", "macroF1"] as const;

/** One training, judged on the fold that it did not see. */
export interface SplitResult extends Readonly<Record<(typeof SPLIT_FIGURES)[number], number>> {
  /** From 1. */
  readonly repeat: number;
  readonly fold: number;
  readonly trainedOn: number;
  readonly judgedOn: number;
  /** Seconds of training, on the clock and of processor time; left out where not known, as in files of earlier versions. */
  readonly trainingSeconds?: number;
  readonly trainingCpuSeconds?: number;
}

/** What a cross-validation gives. */
export interface CrossValidation extends Readonly<Record<(typeof SPLIT_FIGURES)[number], Estimate>> {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  readonly images: number;
  readonly splits: readonly SplitResult[];
  /** Of the answers by models that did not see the image; left out in files of earlier versions. */
  readonly outOfFold?: OutOfFold;
}

/** Which class was taken for which, each image judged by models that did not see it. */
export interface OutOfFold {
  readonly classes: readonly string[];
  /** Rows are true classes, columns predicted ones. */
  readonly confusionMatrix: readonly (readonly number[])[];
}

/** What {@link crossValidate} takes beside data and recipe. */
export interface CrossValidateOptions extends Omit<TrainEvents, "onReady"> {
  /** Folder that gets a folder for each training, predictions.csv and crossvalidation.json. */
  readonly out: string;
  readonly folds?: number;
  readonly repeats?: number;
  /** How images were grouped beyond what the data says, where they were: what goes on must be grouped alike. */
  readonly grouped?: string | undefined;
  readonly weights?: string | undefined;
  readonly session?: SessionOptions;
  readonly skipBad?: boolean;
  /** Go on with what `out` holds: finished splits are read, a stopped training goes on. */
  readonly resume?: boolean;
  readonly signal?: StopSignal | undefined;
  /** Called before each training; `done` is set where its answers are there already. */
  readonly onSplit?: (split: { readonly repeat: number; readonly fold: number; readonly done: boolean }) => void;
}

/**
 * Trains on all folds but one, and judges on that one, fold by fold; several times with other folds and seeds. Groups
 * stay whole. Each training chooses by validation images of its own, out of what it learns from.
 *
 * Limits are 95 %, by Student's t with the variance raised for the images that the trainings share (Nadeau and Bengio 2003).
 * `out`/predictions.csv holds each image's answer by models that did not see it, the mean over the repeats.
 *
 * @throws ERR_CONFIG if `resume` finds other folds; as `assignFolds` and `trainModel`.
 */
export async function crossValidate(
  dataset: Dataset,
  recipe: Recipe,
  { folds = 5, repeats = 1, grouped, onSplit, ...options }: CrossValidateOptions,
): Promise<CrossValidation> {
  const plans = Array.from({ length: repeats }, (_, r) =>
    assignFolds(dataset.samples, { folds, seed: recipe.seed + r }),
  );
  await keepPlan({ folds, seed: recipe.seed, images: dataset.samples.length, grouped }, options);
  const splits: SplitResult[] = [];
  const answers: Predictions[] = [];
  for (const [r, plan] of plans.entries())
    for (let fold = 0; fold < folds; fold++) {
      const out = runFiles(options.out).splitOf(`repeat-${r + 1}-fold-${fold + 1}`);
      const done = Boolean(options.resume) && existsSync(runFiles(out).answers);
      onSplit?.({ repeat: r + 1, fold: fold + 1, done });
      const part = (inside: boolean) => dataset.samples.filter((_, i) => (plan[i] === fold) === inside);
      const seeded = { ...recipe, seed: recipe.seed + r };
      const predictions = done
        ? await readPredictionsCsv(runFiles(out).answers)
        : await answerFold({ ...dataset, samples: part(false) }, part(true), seeded, {
            ...options,
            out,
            among: dataset.samples,
          });
      const { accuracy, balancedAccuracy, macroF1 } = evaluatePredictions(predictions, { resamples: 1 });
      answers.push(predictions);
      splits.push({
        repeat: r + 1,
        fold: fold + 1,
        trainedOn: part(false).length,
        judgedOn: predictions.rows.length,
        accuracy: accuracy.value,
        balancedAccuracy: balancedAccuracy.value,
        macroF1: macroF1.value,
        ...timeOf(out),
      });
    }
  const means = meanAnswers(answers);
  await writePredictionsCsv(runFiles(options.out).answers, means);
  const figures = SPLIT_FIGURES.map(
    (name) =>
      [
        name,
        meanOf(
          splits.map((split) => split[name]),
          folds,
        ),
      ] as const,
  );
  const result = {
    folds,
    repeats,
    seed: recipe.seed,
    images: dataset.samples.length,
    ...(Object.fromEntries(figures) as Record<(typeof SPLIT_FIGURES)[number], Estimate>),
    splits,
    outOfFold: outOfFoldOf(means),
  };
  await writeFileWhole(runFiles(options.out).crossvalidation, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

// From the training's own history, so that one that was stopped, or done before, adds up.
function timeOf(out: string): Pick<SplitResult, "trainingSeconds" | "trainingCpuSeconds"> {
  const time = trainingTime(readHistory(out));
  return {
    ...(time && { trainingSeconds: time.seconds }),
    ...(time?.cpuSeconds !== undefined && { trainingCpuSeconds: time.cpuSeconds }),
  };
}

// What is resumed must have been started with the same folds; more repeats may follow.
async function keepPlan(plan: object, { out, resume }: Pick<CrossValidateOptions, "out" | "resume">): Promise<void> {
  const path = runFiles(out).splitOf("plan.json");
  const text = `${JSON.stringify(plan)}\n`;
  if (resume && existsSync(path) && readFileSync(path, "utf8") !== text)
    throw new LeukogramError(
      "ERR_CONFIG",
      `${out}: was started with other folds or images: ${readFileSync(path, "utf8").trim()}`,
      {
        hint: "Resume with the same folds and images, or choose another folder with --out.",
      },
    );
  await writeFileWhole(path, text);
}

function meanOf(values: readonly number[], folds: number): Estimate {
  const { value, low, high } = correctedResampledTest(values, { testToTrain: 1 / (folds - 1) }).difference;
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
}

async function answerFold(
  outside: Dataset,
  judged: Dataset["samples"],
  recipe: Recipe,
  options: TrainOptions & Pick<CrossValidateOptions, "session">,
): Promise<Predictions> {
  const { train, validation } = splitDataset(outside, { validationFraction: recipe.validation, seed: recipe.seed });
  const parts = { train: { ...outside, samples: train }, validation, judged };
  return trainAndAnswer(parts, recipe, { ...options, stage: "Classifying images of the fold" });
}

function outOfFoldOf(predictions: Predictions): OutOfFold {
  const rows = knownRows(predictions);
  const { classes } = predictions;
  const labels = rows.map(({ label }) => label);
  return {
    classes,
    confusionMatrix: confusionMatrix(labels, rows.map(predictedClass), { numClasses: classes.length }),
  };
}

// Each image once, its probabilities averaged over the repeats.
function meanAnswers(answers: readonly Predictions[]): Predictions {
  const byFile = new Map<string, Predictions["rows"][number][]>();
  for (const { rows } of answers) for (const row of rows) byFile.set(row.file, [...(byFile.get(row.file) ?? []), row]);
  const rows = [...byFile.values()].map((all) => {
    const { predicted: _, ...first } = all[0]!;
    if (all.length === 1) return all[0]!;
    const probabilities = first.probabilities.map(
      (_, k) => all.reduce((sum, row) => sum + row.probabilities[k]!, 0) / all.length,
    );
    return { ...first, probabilities };
  });
  return { classes: answers[0]!.classes, rows };
}

/** Reads a cross-validation that was written; undefined if the folder holds none. @throws ERR_FORMAT if it is damaged. */
export function readCrossValidation(out: string): CrossValidation | undefined {
  const path = runFiles(out).crossvalidation;
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as CrossValidation;
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: is damaged`, { hint: "Run crossvalidate again.", cause });
  }
}
