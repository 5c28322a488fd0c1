// A model judged on labelled images, as a whole: images, predictions, metrics, files.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type LabelFreeStep, labelFreeClassifier, withCorrectedPriors } from "../adaptation/labelFree/labelFree.ts";
import { laboratoryNames, openToJudge } from "../data/laboratories.ts";
import type { SkippedImage } from "../data/loading/cacheBuild.ts";
import type { DataOptions } from "../data/sample.ts";
import { parseToldScales } from "../data/scale/toldScales.ts";
import { classCurves } from "../evaluation/classCurves.ts";
import type { Classifier } from "../evaluation/classifier.ts";
import {
  type ConfidenceFigures,
  type ConfidenceRules,
  findRules,
  judgeConfidence,
  type RulesTried,
  tryRules,
} from "../evaluation/confidence/confidence.ts";
import type { CropSummary } from "../evaluation/crops/cellCrops.ts";
import { scaleJson, scaleSentences } from "../evaluation/crops/scaleWords.ts";
import { evaluatePredictions } from "../evaluation/evaluate.ts";
import { answerImages, spelledAs } from "../evaluation/evaluateModel.ts";
import { FAMILIARITY_UNKNOWN, familiarityWarning, judgeFamiliarity } from "../evaluation/familiarity.ts";
import { type Assumptions, assumptionsOf, tellAssumptions } from "../evaluation/foreign/assumptions.ts";
import type { ForeignOptions } from "../evaluation/foreign/foreignModel.ts";
import { evaluateByLaboratory, type LaboratoryEvaluation } from "../evaluation/laboratories/laboratories.ts";
import { readPredictionsCsv, writePredictionsCsv } from "../evaluation/predictionsCsv.ts";
import { rollUpClassifier, rollUpDataset, rollUpPredictions, type Types, typesToJudge } from "../evaluation/rollUp.ts";
import type { Evaluation, Predictions } from "../evaluation/types.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import { confusionMatrixPlot } from "../report/plots/confusionMatrixPlot.ts";
import { precisionRecallPlot, rocPlot } from "../report/plots/curvePlots.ts";
import { perClassBars } from "../report/plots/perClassBars.ts";
import { reliabilityPlot } from "../report/plots/reliabilityPlot.ts";
import { riskCoveragePlot } from "../report/plots/riskCoveragePlot.ts";
import { JUDGED_NAMES, runFiles } from "../run/runFolder.ts";
import { type LabelFreeWishes, stepSentence } from "./cells/labelFreeWishes.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";

/** What {@link evaluateJob} takes. */
export interface EvaluateJobOptions extends JobOptions, SessionOptions, LabelFreeWishes {
  /** Run folder, name of a built-in model, or model file. */
  readonly model: string;
  /** Labelled images: class folders, a folder that contains Test/, or a manifest; `NAME=DIR` for each of several laboratories. */
  readonly data: readonly string[];
  /** How images are grouped, and their classes read. */
  readonly labels?: DataOptions;
  /** Scale of the images; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** Settings of a model that another program wrote. */
  readonly foreign?: ForeignOptions;
  /** Types to evaluate; default: as `typesToJudge` finds. */
  readonly types?: Types | undefined;
  /** predictions.csv of labelled images not used in training, to fit the rules of confidence; default: the run's validation images. */
  readonly calibration?: string | undefined;
  /** Largest share of wrong predictions that the reject threshold allows, 0 to 1; default 0.02. */
  readonly error?: number;
  /** Share of images whose prediction set must contain the true class, 0 to 1; default 0.95. */
  readonly coverage?: number;
  /** Skip images that can't be read. */
  readonly skipBad?: boolean;
  /** Folder for predictions.csv, metrics.json and figures; default: none are written. */
  readonly out?: string | undefined;
}

/** What the model's own temperature does to these images. */
export interface Calibrated {
  readonly temperature: number;
  /** Whether these images look like those that it was fitted on. */
  readonly familiar: boolean;
  /** Expected calibration error with it, 0 to 1. */
  readonly calibrationError: number;
}

/** What {@link evaluateJob} gives. */
export interface EvaluateJobResult {
  /** Path of the model file. */
  readonly model: string;
  /** Undefined of a model that Leukogram trained. */
  readonly assumptions: Assumptions | undefined;
  readonly types: Types;
  readonly predictions: Predictions;
  readonly evaluation: Evaluation;
  readonly confidence: ConfidenceFigures;
  /** Rules fitted on other images; undefined if there are none. */
  readonly rules: ConfidenceRules | undefined;
  /** What those rules do on these images. */
  readonly tried: RulesTried | undefined;
  /** Undefined with rules, for the five of a model of more types, and for a model without a temperature. */
  readonly calibrated: Calibrated | undefined;
  /** Undefined if the model has no record of its training images. */
  readonly familiarity: FamiliarityFigures | undefined;
  /** A sentence on how these images look; undefined if there is nothing to warn of. */
  readonly warning: string | undefined;
  /** How cells were cropped; undefined for a model that takes whole images. */
  readonly crops: CropSummary | undefined;
  /** None if there are fewer than two laboratories. */
  readonly laboratories: readonly LaboratoryEvaluation[];
  /** Images that can't be read. */
  readonly skipped: readonly SkippedImage[];
  /** What was done for these images without their labels. */
  readonly labelFree: readonly LabelFreeStep[];
}

/**
 * Evaluates a model on labelled images: metrics with 95 % intervals, confidence, how familiar the images look.
 *
 * @throws ERR_USAGE, ERR_OUTPUT if `out` contains other files; as `labelFreeClassifier`, `openData` and `typesToJudge`.
 *
 * @example
 * const { evaluation } = await evaluateJob({ model: "runs/cnn", data: ["cells"] });
 * console.log(evaluation.balancedAccuracy);
 */
export function evaluateJob(options: EvaluateJobOptions): Promise<EvaluateJobResult> {
  return runJob(options, options.data, (tell) => evaluateAll(options, tell));
}

async function evaluateAll(options: EvaluateJobOptions, tell: JobTeller): Promise<EvaluateJobResult> {
  const { model, data, labels, scale = [], out, signal, foreign = {} } = options;
  const found = await rulesData(model, options);
  if (out !== undefined) requireOwnFolder(out);
  const opened = openToJudge(data, labels);
  const { samples } = opened;
  const ready = await labelFreeClassifier(
    model,
    samples.map(({ path }) => path),
    { ...options, foreign, samples, told: parseToldScales(scale), onStage: tell.stage },
  );
  const { classifier: whole, crops, steps } = ready;
  tellAssumptions(tell, whole);
  for (const sentence of scaleSentences(crops.laboratories)) tell.line(sentence);
  try {
    const labelled = spelledAs(opened, whole.classes);
    const { types, said } = typesToJudge(whole.classes, labelled.classes, options.types);
    if (said !== undefined) tell.note(said);
    const isRolled = types === "five";
    const [classifier, dataset] = isRolled ? [rollUpClassifier(whole), rollUpDataset(labelled)] : [whole, labelled];
    const { error = 0.02, coverage = 0.95 } = options;
    const rules = found && findRules(isRolled ? rollUpPredictions(found) : found, { error, coverage });
    const answers = await answerImages(classifier, dataset, dataset.samples, {
      ...{ skipBad: options.skipBad ?? false, crops, signal },
      onProgress: (done, total) => tell.stage("Classifying", done, total),
    });
    const { predictions, labelFree } = corrected(answers.predictions, steps, Boolean(options.priorCorrection));
    for (const step of labelFree) tell.line(stepSentence(step));
    for (const note of answers.crops?.notes ?? []) tell.note(note);
    const familiarity = judgeFamiliarity(answers.predictions.rows.map((row) => row.familiarity));
    const several = laboratoryNames(dataset.samples).length > 1;
    const result: EvaluateJobResult = {
      model: classifier.path,
      assumptions: assumptionsOf(whole),
      ...{ types, predictions, rules, familiarity, labelFree },
      evaluation: evaluatePredictions(predictions),
      confidence: judgeConfidence(predictions),
      tried: rules && tryRules(predictions, rules),
      // It was fitted on all types.
      calibrated: rules || isRolled ? undefined : calibratedBy(classifier, predictions, familiarity),
      warning: familiarity === undefined ? FAMILIARITY_UNKNOWN : familiarityWarning(familiarity),
      crops: answers.crops,
      laboratories: several ? evaluateByLaboratory(predictions, dataset.samples) : [],
      skipped: answers.skipped,
    };
    if (out !== undefined) await writeEvaluation(out, result);
    return result;
  } finally {
    await whole.close();
  }
}

function corrected(given: Predictions, steps: readonly LabelFreeStep[], wanted: boolean) {
  if (!wanted) return { predictions: given, labelFree: steps };
  const { rows, step } = withCorrectedPriors(given.rows, given.classes);
  return { predictions: { ...given, model: `${given.model}+priors`, rows }, labelFree: [...steps, step] };
}

function calibratedBy(
  { home: { temperature } }: Classifier,
  predictions: Predictions,
  familiarity: FamiliarityFigures | undefined,
): Calibrated | undefined {
  if (temperature === undefined) return undefined;
  const { calibrationError } = judgeConfidence(predictions, { temperature, resamples: 1 });
  return { temperature, familiar: !familiarity?.warns, calibrationError };
}

// Fitted on what the run did not learn from, never on the images that are judged.
async function rulesData(
  model: string,
  { calibration }: Pick<EvaluateJobOptions, "calibration">,
): Promise<Predictions | undefined> {
  const stored = runFiles(model).predictionsOf("validation");
  const path = calibration ?? (existsSync(stored) ? stored : undefined);
  return path === undefined ? undefined : await readPredictionsCsv(path);
}

async function writeEvaluation(out: string, result: EvaluateJobResult): Promise<void> {
  const { predictions, evaluation, confidence, rules, tried } = result;
  const scale = scaleJson(result.crops);
  await writePredictionsCsv(runFiles(out).answers, predictions);
  const metrics = { ...evaluation, confidence, ...(rules && { rules, tried }), ...(scale && { scale }) };
  await writeFileWhole(runFiles(out).evaluation, `${JSON.stringify(metrics, undefined, 2)}\n`);
  for (const [name, draw] of Object.entries(FIGURES)) await writeFileWhole(join(out, name), draw(result));
}

const FIGURES: Readonly<Record<string, (result: EvaluateJobResult) => string>> = {
  "reliability.svg": ({ confidence }) => reliabilityPlot(confidence.bins),
  "risk-coverage.svg": ({ confidence }) => riskCoveragePlot(confidence.riskCoverage),
  "confusion-matrix.svg": ({ evaluation }) => confusionMatrixPlot(evaluation),
  "per-class.svg": ({ evaluation }) => perClassBars(evaluation),
  "roc.svg": ({ predictions, evaluation }) => rocPlot(classCurves(predictions, evaluation).roc),
  "precision-recall.svg": ({ predictions, evaluation }) =>
    precisionRecallPlot(classCurves(predictions, evaluation).precisionRecall),
};

function requireOwnFolder(out: string): void {
  const isFolder = statSync(out, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined) return;
  const others = isFolder
    ? readdirSync(out)
        .sort()
        .filter((name) => !JUDGED_NAMES.includes(name) && !(name in FIGURES))
    : [];
  if (isFolder && others.length === 0) return;
  throw new LeukogramError(
    "ERR_OUTPUT",
    isFolder
      ? `${out}: contains files that do not belong to an evaluation, such as ${others[0]}`
      : `${out}: not a folder`,
    { hint: "Choose a new folder with --out." },
  );
}
