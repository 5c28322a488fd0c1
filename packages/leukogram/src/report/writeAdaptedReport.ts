// What makes the folder of an adapted run like that of any other: figures, metrics, report and card.

import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { Sample } from "../data/sample.ts";
import { classCurves } from "../evaluation/classCurves.ts";
import { loadClassifier } from "../evaluation/classifier.ts";
import { measureSpeed } from "../evaluation/evaluateModel.ts";
import type { Costs, Evaluation, Predictions } from "../evaluation/types.ts";
import { runFiles } from "../run/runFolder.ts";
import type { TimeTaken } from "../training/progress/processorTime.ts";
import { VERSION } from "../version.ts";
import { adaptedCard, adaptedReport } from "./adaptedReport.ts";
import { shownCells } from "./pictures/cellSection.ts";
import type { AdaptationFacts, RunReportInput } from "./types.ts";
import { classCounts, writeAnswers, writeReportFiles } from "./writeRun.ts";

/** Answers to cells, with their files. */
export interface AnsweredCells {
  readonly predictions: Predictions;
  readonly samples: readonly Sample[];
}

/** What {@link writeAdaptedReport} takes. */
export interface AdaptedReportOptions {
  /** The run folder, with model and adaptation.json in it. */
  readonly out: string;
  readonly classes: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Name of the data. */
  readonly dataName: string;
  readonly adaptation: Omit<AdaptationFacts, "lacks">;
  /** Labelled cells that it learned from; none without labels. */
  readonly learned: readonly Sample[];
  /** The model's answers to cells without labels. */
  readonly unlabelled?: AnsweredCells | undefined;
  /** Answers to labelled cells by models that had not seen them. */
  readonly validation?: AnsweredCells | undefined;
  /** Answers to labelled cells that nothing was learned from. */
  readonly test?: AnsweredCells | undefined;
  readonly time: TimeTaken;
  readonly warnings: readonly string[];
  readonly command?: string | undefined;
  readonly session?: SessionOptions;
}

const NO_EPOCHS =
  "There is no history.csv, no figures/learning-curves.svg and no checkpoints folder: an adaptation has no epochs to plot or resume.";
const NO_TRAIN =
  "There are no predictions/train.csv and metrics/train.json: predictions for training cells say little about other cells.";
const NO_FIGURES =
  "There are no metrics and no confusion matrix, because there are no labels. To measure accuracy, label some cells and evaluate the model: leukogram adapt ... --judge DIR, or leukogram evaluate.";
const CROSS_VALIDATED =
  "These results are cross-validated on the labelled cells: each cell was evaluated by a model that was not trained on it. They are slightly too good, because the method was chosen with the same cells.";
const AS_IT_WAS =
  "The original model was kept unchanged: it was not trained on the labelled cells used for evaluation here.";

/**
 * Fills the folder of an adapted run as `writeRun` fills that of a trained one: predictions/ and metrics/ of held-out
 * and cross-validated cells, figures/, report.html and model-card.md. Without any label it writes report and card alone.
 */
export async function writeAdaptedReport(options: AdaptedReportOptions): Promise<void> {
  const { out, validation, test } = options;
  const figures = {
    validation: validation && (await writeAnswers(out, "validation", validation.predictions)),
    test: test && (await writeAnswers(out, "test", test.predictions)),
  };
  const costs = await costsOf(options);
  const main = test ?? validation;
  if (main === undefined) return writeUnjudged(options, costs);
  const evaluation = (figures.test ?? figures.validation)!;
  await writeReportFiles(out, await reportInput(options, { costs, main, evaluation }));
}

async function costsOf({ out, time, session }: AdaptedReportOptions): Promise<Costs> {
  const classifier = await loadClassifier(out, session);
  try {
    return {
      parameters: classifier.parameters,
      fileBytes: classifier.fileBytes,
      trainingSeconds: time.seconds,
      trainingCpuSeconds: time.cpuSeconds,
      ...(await measureSpeed(classifier)),
    };
  } finally {
    await classifier.close();
  }
}

const titleOf = ({ settings, dataName }: AdaptedReportOptions) => `${String(settings.model)} adapted to ${dataName}`;

async function reportInput(
  options: AdaptedReportOptions,
  { costs, main, evaluation }: { readonly costs: Costs; readonly main: AnsweredCells; readonly evaluation: Evaluation },
): Promise<RunReportInput> {
  const { classes, settings, dataName, adaptation, learned, test, warnings, command } = options;
  const isChanged = adaptation.adapted;
  return {
    title: titleOf(options),
    model: String(settings.model),
    dataName,
    evaluation,
    history: [],
    costs,
    told: [isChanged ? "Adapted from another model; the settings are from its training." : AS_IT_WAS],
    classCounts: {
      train: isChanged ? classCounts(classes, learned) : {},
      validation: {},
      test: classCounts(classes, main.samples),
    },
    skipped: [],
    settings,
    curves: classCurves(main.predictions, evaluation),
    cells: await shownCells(main.predictions, main.samples),
    adaptation: { ...adaptation, lacks: [NO_EPOCHS, NO_TRAIN] },
    warnings: [...(test === undefined ? [isChanged ? CROSS_VALIDATED : AS_IT_WAS] : []), ...warnings],
    version: VERSION,
    bootstrap: { resamples: 2000, seed: 0 },
    command,
  };
}

async function writeUnjudged(options: AdaptedReportOptions, costs: Costs): Promise<void> {
  const { out, classes, settings, adaptation, unlabelled, warnings, command } = options;
  const input = {
    title: titleOf(options),
    model: String(settings.model),
    dataName: options.dataName,
    classes,
    costs,
    answers: unlabelled!.predictions,
    cells: await shownCells(unlabelled!.predictions, unlabelled!.samples),
    adaptation: { ...adaptation, lacks: [NO_FIGURES, NO_EPOCHS] },
    settings,
    warnings,
    version: VERSION,
    command,
  };
  const files = runFiles(out);
  await writeFileWhole(files.report, adaptedReport(input));
  await writeFileWhole(files.card, adaptedCard(input));
}
