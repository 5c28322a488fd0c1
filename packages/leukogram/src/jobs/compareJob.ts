// Models on the same images, as a whole: answers, figures, tests, report.
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { openData } from "../data/dataset.ts";
import { partToJudge } from "../data/laboratories.ts";
import type { DataOptions } from "../data/sample.ts";
import { parseToldScales } from "../data/scale/toldScales.ts";
import { type Classifier, loadClassifier } from "../evaluation/classifier.ts";
import { comparePredictions } from "../evaluation/compare.ts";
import { compareSplits, type SplitComparison, trainingsOfSplits } from "../evaluation/compareSplits.ts";
import { CellCrops, type CropSummary } from "../evaluation/crops/cellCrops.ts";
import { cropSentences, scaleSentences } from "../evaluation/crops/scaleWords.ts";
import { readCrossValidation } from "../evaluation/crossValidate.ts";
import { answerImages, measureSpeed } from "../evaluation/evaluateModel.ts";
import { familiarityWarning, judgeFamiliarity } from "../evaluation/familiarity.ts";
import { type Assumptions, assumptionsOf, tellAssumptions } from "../evaluation/foreign/assumptions.ts";
import { type ForeignOptions, saidOfEach } from "../evaluation/foreign/foreignModel.ts";
import { readPredictionsCsv } from "../evaluation/predictionsCsv.ts";
import type { Costs, EpochRow, PairComparison } from "../evaluation/types.ts";
import { comparisonReport } from "../report/text/html.ts";
import { runFiles } from "../run/runFolder.ts";
import { trainingTime } from "../training/progress/processorTime.ts";
import { readHistory } from "../training/readHistory.ts";
import { VERSION } from "../version.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import { requireOwnReport } from "./reportFile.ts";
import { readRunKind, type SeededModel, type SeedRun, seedsTogether } from "./seedRuns.ts";

/** What {@link compareJob} takes. */
export interface CompareJobOptions extends JobOptions, SessionOptions {
  /** Two or more: run folders, model files, names of shipped models, predictions.csv files, or folders of a cross-validation. */
  readonly models: readonly string[];
  /** Labelled images; default: the test predictions in the run folders. */
  readonly data?: string | undefined;
  /** How images are grouped, and their classes taken. */
  readonly labels?: DataOptions;
  /** How large the pictures show a cell; default: measured. Goes with `data`. */
  readonly scale?: readonly string[] | undefined;
  /** What is said of those models that another program wrote. */
  readonly foreign?: ForeignOptions;
  /** Leave out images that can't be read. */
  readonly skipBad?: boolean;
  /** An HTML report. */
  readonly out?: string | undefined;
}

/** What {@link compareJob} gives. */
export interface CompareJobResult {
  /** Runs that differ in the seed alone are one model. */
  readonly models: readonly SeededModel[];
  readonly comparisons: readonly PairComparison[];
  /** Over trainings, if there are several of each model. */
  readonly overSplits: readonly SplitComparison[];
  /** What a reader must know, a sentence each. */
  readonly warnings: readonly string[];
  /** How each given model's cells were cropped; undefined for models that take whole pictures. */
  readonly crops: readonly { readonly name: string; readonly crops: CropSummary | undefined }[];
  /** What was assumed of other programs' models, by name. */
  readonly assumptions: Readonly<Record<string, Assumptions>>;
}

const UNKNOWN: Costs = {
  parameters: undefined,
  fileBytes: undefined,
  trainingSeconds: undefined,
  millisecondsPerImage: undefined,
};

/**
 * Compares models on the same images: figures, differences, tests, and a verdict in words.
 *
 * @throws ERR_USAGE for fewer than two models, or a run without test predictions; ERR_OUTPUT if `out` is there and no report; as
 * `comparePredictions`.
 *
 * @example
 * const { comparisons } = await compareJob({ models: ["runs/cnn", "runs/mobilenetv2"] });
 * console.log(comparisons[0]?.verdict);
 */
export function compareJob(options: CompareJobOptions): Promise<CompareJobResult> {
  return runJob(options, [options.data], (tell) => compareAll(options, tell));
}

async function compareAll(options: CompareJobOptions, tell: JobTeller): Promise<CompareJobResult> {
  const { models: paths, data, out } = options;
  const names = modelNames(paths);
  if (names.length < 2)
    throw new LeukogramError("ERR_USAGE", "compare: expected two or more models", {
      hint: "Give run folders, model files or predictions.csv files, separated by spaces.",
    });
  if (options.scale !== undefined && data === undefined)
    throw new LeukogramError("ERR_USAGE", "compare: --scale requires --data", {
      hint: "Without --data, saved predictions are compared.",
    });
  if (out !== undefined) requireOwnReport(out);
  const given: SeedRun[] = [];
  const foreignOf = saidOfEach(
    paths.filter((path) => !path.endsWith(".csv")),
    options.foreign,
  );
  const assumptions: Record<string, Assumptions> = {};
  const cropped: { readonly name: string; readonly crops: CropSummary | undefined }[] = [];
  for (const [i, path] of paths.entries()) {
    const name = names[i]!;
    const { crops, assumed, ...answered } = await answersOf(path, { ...options, foreign: foreignOf(path) }, tell);
    if (assumed !== undefined) assumptions[name] = assumed;
    given.push({ name, ...answered });
    cropped.push({ name, crops });
  }
  const models = seedsTogether(given);
  const comparisons = comparePredictions(models);
  const overSplits = compareSplits(models);
  const warnings = [
    ...(overSplits.length > 0 ? [] : ["Each model was trained once: another seed may reverse a small difference."]),
    ...given.flatMap(({ name, predictions }) => {
      const warning = familiarityWarning(judgeFamiliarity(predictions.rows.map((row) => row.familiarity)));
      return warning === undefined ? [] : [`${name}: ${warning}`];
    }),
    ...cropped.flatMap(({ name, crops }) => cropSentences(crops).map((text) => `${name}: ${text}`)),
  ];
  const about = { title: names.join(" against "), dataName: data ?? "test images", version: VERSION };
  if (out !== undefined)
    await writeFileWhole(out, comparisonReport({ ...about, models, comparisons, overSplits, warnings }));
  return { models, comparisons, overSplits, warnings, crops: cropped, assumptions };
}

// Names that tell the models apart: as few parts of the path as that takes.
function modelNames(paths: readonly string[]): string[] {
  const short = paths.map((path) => basename(path));
  return new Set(short).size === paths.length ? short : [...paths];
}

interface Answered extends Omit<SeedRun, "name"> {
  readonly crops?: CropSummary | undefined;
  readonly assumed?: Assumptions | undefined;
}

async function answersOf(path: string, options: CompareJobOptions, tell: JobTeller): Promise<Answered> {
  const { data, foreign, device, threads } = options;
  const crossValidation = data === undefined ? readCrossValidation(path) : undefined;
  const nothing = { history: [], costs: UNKNOWN, run: undefined };
  if (crossValidation !== undefined) {
    const trainings = trainingsOfSplits(crossValidation);
    return { predictions: await readPredictionsCsv(runFiles(path).answers), ...nothing, trainings };
  }
  if (path.endsWith(".csv")) return { predictions: await readPredictionsCsv(path), ...nothing };
  const isRun = existsSync(path) && statSync(path).isDirectory();
  const run = isRun ? readRunKind(path) : undefined;
  const history = isRun ? readHistory(path) : [];
  const classifier = await loadClassifier(path, { device, threads, foreign });
  tellAssumptions(tell, classifier, path);
  try {
    const costs = await costsOf(classifier, history);
    const stored = runFiles(path).predictionsOf("test");
    if (data !== undefined)
      return { history, costs, run, ...(await answerData(path, classifier, { ...options, data }, tell)) };
    if (!(isRun && existsSync(stored)))
      throw new LeukogramError("ERR_USAGE", `compare: ${path} has no test predictions`, {
        hint: "Give labelled images with --data.",
      });
    return { predictions: await readPredictionsCsv(stored), history, costs, run };
  } finally {
    await classifier.close();
  }
}

async function costsOf(classifier: Classifier, history: readonly EpochRow[]): Promise<Costs> {
  const time = trainingTime(history);
  return {
    parameters: classifier.parameters,
    fileBytes: classifier.fileBytes,
    trainingSeconds: time?.seconds,
    trainingCpuSeconds: time?.cpuSeconds,
    ...(await measureSpeed(classifier)),
  };
}

async function answerData(
  path: string,
  classifier: Classifier,
  { data, labels, scale = [], skipBad = false, signal }: CompareJobOptions & { readonly data: string },
  tell: JobTeller,
): Promise<Pick<Answered, "predictions" | "crops" | "assumed">> {
  const dataset = partToJudge(openData(data, labels), data);
  const { samples } = dataset;
  const crops = await CellCrops.plan(classifier, samples, { told: parseToldScales(scale), signal });
  for (const sentence of scaleSentences(crops.laboratories)) tell.line(sentence);
  const onProgress = (done: number, total: number) => tell.stage(`Classifying with ${path}`, done, total);
  const answers = await answerImages(classifier, dataset, samples, { skipBad, crops, signal, onProgress });
  return { predictions: answers.predictions, crops: answers.crops, assumed: assumptionsOf(classifier) };
}
