import { basename } from "node:path";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { parseSource } from "../data/dataSource.ts";
import { laboratoryNames, nameOf } from "../data/laboratories.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import { classCurves } from "../evaluation/classCurves.ts";
import { type Classifier, loadClassifier } from "../evaluation/classifier.ts";
import { storeConfidence } from "../evaluation/confidence/storeConfidence.ts";
import { cropSentences } from "../evaluation/crops/scaleWords.ts";
import { evaluatePredictions } from "../evaluation/evaluate.ts";
import { answerImages, type ModelAnswers, measureSpeed } from "../evaluation/evaluateModel.ts";
import {
  evaluateByLaboratory,
  type LaboratoryFigures,
  type LeaveOneOut,
} from "../evaluation/laboratories/laboratories.ts";
import { writePredictionsCsv } from "../evaluation/predictionsCsv.ts";
import type { Costs, Evaluation, Predictions } from "../evaluation/types.ts";
import { runFiles } from "../run/runFolder.ts";
import type { TrainedModel } from "../training/trainModel.ts";
import { VERSION } from "../version.ts";
import { modelCard } from "./cards/modelCard.ts";
import { unseenLaboratories } from "./laboratoryTable.ts";
import { shownCells } from "./pictures/cellSection.ts";
import { confusionMatrixPlot } from "./plots/confusionMatrixPlot.ts";
import { precisionRecallPlot, rocPlot } from "./plots/curvePlots.ts";
import { learningCurves } from "./plots/learningCurves.ts";
import { perClassBars } from "./plots/perClassBars.ts";
import { percentEstimate } from "./text/format.ts";
import { runReport } from "./text/html.ts";
import type { RunReportInput } from "./types.ts";

/** The sets that a run was made with. */
export interface RunSets {
  readonly classes: readonly string[];
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  /** Undefined if the data has no test set: the report then shows the validation. */
  readonly test: readonly Sample[] | undefined;
}

/** What {@link writeRun} takes beside run and sets. */
export interface WriteRunOptions {
  /** Name of the data, for the report. */
  readonly dataName: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly command?: string | undefined;
  /** Where the model runs, and on how many threads. */
  readonly session?: SessionOptions;
  readonly skipBad?: boolean;
  /** What models that were trained without a laboratory got on it. */
  readonly leaveOneOut?: LeaveOneOut | undefined;
  /** Whether the accuracy on the training images is wanted too; default true. */
  readonly judgeTraining?: boolean;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: (stage: string, done: number, total: number) => void;
}

/** A judged run. */
export interface JudgedRun {
  /** On the test set, or the validation if there is none. */
  readonly evaluation: Evaluation;
  readonly predictions: Predictions;
  readonly judgedOn: "test" | "validation";
  readonly validation: Evaluation;
  /** On the training images as they are, without augmentation; undefined if not asked for. */
  readonly trainAccuracy: number | undefined;
  /** Images that it learned from. */
  readonly trainedOn: number;
  readonly costs: Costs;
  /** Undefined if the images come from fewer than two laboratories. */
  readonly laboratories: LaboratoryFigures | undefined;
}

/**
 * Judges a trained model on its sets and fills its run folder: predictions/, metrics/, figures/, report.html and
 * model-card.md. The test set is looked at once, here.
 */
export async function writeRun(trained: TrainedModel, sets: RunSets, options: WriteRunOptions): Promise<JudgedRun> {
  const classifier = await loadClassifier(trained.out, options.session);
  try {
    const judge = (name: string, samples: readonly Sample[]) =>
      judgeSet(classifier, { name, samples, sets, out: trained.out, options });
    const validation = await judge("validation", sets.validation);
    await storeConfidence(trained.out, validation.answers.predictions);
    const test = sets.test && (await judge("test", sets.test));
    const training = options.judgeTraining === false ? undefined : await judge("train", sets.train);
    const costs: Costs = {
      parameters: trained.parameters,
      fileBytes: classifier.fileBytes,
      trainingSeconds: trained.trainingSeconds,
      trainingCpuSeconds: trained.trainingCpuSeconds,
      ...(await measureSpeed(classifier)),
    };
    const main = test ?? validation;
    const judged: JudgedRun = {
      evaluation: main.evaluation,
      predictions: main.answers.predictions,
      judgedOn: test ? "test" : "validation",
      validation: validation.evaluation,
      trainAccuracy: training?.evaluation.accuracy.value,
      trainedOn: sets.train.length,
      costs,
      laboratories: await judgeLaboratories(sets, { validation, test }, { ...options, out: trained.out }),
    };
    await writeReport(trained, sets, judged, { ...options, answers: [main.answers] });
    return judged;
  } finally {
    await classifier.close();
  }
}

interface JudgedSet {
  readonly answers: ModelAnswers;
  readonly evaluation: Evaluation;
}

async function judgeSet(
  classifier: Classifier,
  {
    name,
    samples,
    sets,
    out,
    options,
  }: { name: string; samples: readonly Sample[]; sets: RunSets; out: string; options: WriteRunOptions },
): Promise<JudgedSet> {
  const answers = await answerImages(classifier, sets as Pick<Dataset, "classes">, samples, {
    skipBad: options.skipBad ?? false,
    signal: options.signal,
    onProgress: (done, total) => options.onStage?.(`Classifying ${name} images`, done, total),
  });
  return { answers, evaluation: await writeAnswers(out, name, answers.predictions) };
}

async function judgeLaboratories(
  sets: RunSets,
  { validation, test }: { readonly validation: JudgedSet; readonly test: JudgedSet | undefined },
  { out, leaveOneOut }: { readonly out: string; readonly leaveOneOut?: LeaveOneOut | undefined },
): Promise<LaboratoryFigures | undefined> {
  const all = [...sets.train, ...sets.validation, ...(sets.test ?? [])];
  if (laboratoryNames(all).length < 2) return undefined;
  const known = laboratoryNames([...sets.train, ...sets.validation]);
  const tested = test ? evaluateByLaboratory(test.answers.predictions, sets.test!) : [];
  const figures: LaboratoryFigures = {
    validation: evaluateByLaboratory(validation.answers.predictions, sets.validation),
    test: tested.filter(({ laboratory }) => known.includes(laboratory)),
    neverSeen: tested.filter(({ laboratory }) => !known.includes(laboratory)),
    leaveOneOut,
  };
  await writeFileWhole(runFiles(out).metricsOf("laboratories"), `${JSON.stringify(figures, undefined, 2)}\n`);
  return figures;
}

async function writeReport(
  trained: TrainedModel,
  sets: RunSets,
  { evaluation, predictions, judgedOn, costs, laboratories }: JudgedRun,
  { answers, ...options }: WriteRunOptions & { readonly answers: readonly ModelAnswers[] },
): Promise<void> {
  const count = (samples: readonly Sample[]) => classCounts(sets.classes, samples);
  const warnings = [...trained.warnings, ...answers.flatMap(({ crops }) => cropSentences(crops))];
  if (judgedOn === "validation")
    warnings.push(
      "There is no test set: these results are for the validation images, which were also used to choose the model, and are too good.",
    );
  warnings.push(elsewhere(laboratories));
  const input: RunReportInput = {
    title: `${String(options.settings.model)} on ${options.dataName}`,
    model: String(options.settings.model),
    dataName: options.dataName,
    evaluation,
    history: trained.history,
    costs,
    told: trained.told,
    classCounts: { train: count(sets.train), validation: count(sets.validation), test: count(sets.test ?? []) },
    skipped: [...trained.skipped, ...answers.flatMap(({ skipped }) => skipped)],
    settings: options.settings,
    curves: classCurves(predictions, evaluation),
    cells: await shownCells(predictions, judgedOn === "test" ? sets.test! : sets.validation),
    laboratories,
    warnings,
    version: VERSION,
    bootstrap: { resamples: 2000, seed: 0 },
    command: options.command,
  };
  await writeReportFiles(trained.out, input);
}

/** Writes figures/, report.html and model-card.md of a run folder. */
export async function writeReportFiles(out: string, input: RunReportInput): Promise<void> {
  const { model, evaluation, history, curves } = input;
  const figures: Record<string, string> = {
    ...(history.length > 0 && { "learning-curves": learningCurves([{ name: model, rows: history }]) }),
    "confusion-matrix": confusionMatrixPlot(evaluation),
    roc: rocPlot(curves.roc),
    "precision-recall": precisionRecallPlot(curves.precisionRecall),
    "per-class": perClassBars(evaluation),
  };
  const files = runFiles(out);
  for (const [name, svg] of Object.entries(figures)) await writeFileWhole(files.figureOf(name), svg);
  await writeFileWhole(files.report, runReport(input));
  await writeFileWhole(files.card, modelCard(input));
}

/** Writes predictions/NAME.csv and metrics/NAME.json of a run folder; gives the figures. */
export async function writeAnswers(out: string, name: string, predictions: Predictions): Promise<Evaluation> {
  const evaluation = evaluatePredictions(predictions);
  const files = runFiles(out);
  await writePredictionsCsv(files.predictionsOf(name), predictions);
  await writeFileWhole(files.metricsOf(name), `${JSON.stringify(evaluation, undefined, 2)}\n`);
  return evaluation;
}

/** How many images each class has. */
export function classCounts(classes: readonly string[], samples: readonly Sample[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    classes.map((name, label) => [name, samples.filter((sample) => sample.label === label).length]),
  );
}

// What to expect of a laboratory that is not in the data.
function elsewhere(laboratories: LaboratoryFigures | undefined): string {
  const unseen = unseenLaboratories(laboratories);
  if (unseen.length === 0)
    return "These images come from the same source as the training images. Expect much worse results in another laboratory.";
  const figures = unseen.map(
    ({ laboratory, evaluation }) => `${laboratory} ${percentEstimate(evaluation.balancedAccuracy)}`,
  );
  return `These images come from the same sources as the training images. In a new laboratory, expect the results of models on laboratories left out of their training (balanced accuracy): ${figures.join("; ")}.`;
}

/** The name of a data folder, or of several, without the way to it; NAME=DIR goes by its name. */
export function dataName(data: string | readonly string[]): string {
  if (typeof data !== "string" && data.length > 1) return data.map((text) => nameOf(parseSource(text))).join(" + ");
  const path = typeof data === "string" ? data : (data[0] ?? "");
  return basename(path.replace(/[/\\]+$/, "")) || path;
}
