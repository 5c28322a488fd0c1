// The student project's comparison again, as a whole: images, trainings, comparison, report.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { openData } from "../data/dataset.ts";
import { drawSmears } from "../data/smears/synthetic.ts";
import { comparePredictions } from "../evaluation/compare.ts";
import { compareSplits, type SplitComparison, trainingsOfSeeds } from "../evaluation/compareSplits.ts";
import type { PairComparison } from "../evaluation/types.ts";
import { gapsOf } from "../report/comparisonTable.ts";
import { comparisonReport } from "../report/text/html.ts";
import type { ComparedModel, Note } from "../report/types.ts";
import { dataName, type JudgedRun } from "../report/writeRun.ts";
import { readHistory } from "../training/readHistory.ts";
import { parseRecipe, type Recipe } from "../training/recipe/recipe.ts";
import { trainedName, trainingWords } from "../training/trainingWords.ts";
import { VERSION } from "../version.ts";
import { type FaultResult, faultsAsPublished } from "./faults.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import { findWeights, type JobWeights } from "./models/weights.ts";
import { requireOwnReport } from "./reportFile.ts";
import { readRecipe } from "./runs/readRecipe.ts";
import { trainJob } from "./trainJob.ts";

/** The models that are compared, and the recipe of each. */
const CONTENDERS = [
  { name: "CNN", recipe: "cnn" },
  { name: "MobileNetV2, dense head", recipe: "mobilenetv2" },
  { name: "MobileNetV2, linear head", recipe: "mobilenetv2-linear" },
] as const;

// Without ImageNet weights a frozen backbone knows nothing: it is made small, and all of it is trained.
const FROM_RANDOM = { frozen: false, alpha: 0.35, imageSize: 96, epochs: 20 };
// Drawings are easy, and what is learned of them says nothing: small images and few epochs show that all works, in a minute.
const DRAWN_CNN = { imageSize: 128, epochs: 20 };
const DRAWN_FROM_RANDOM = { ...FROM_RANDOM, imageSize: 64 };

/** What {@link reproduceJob} takes. */
export interface ReproduceJobOptions extends JobOptions {
  /** Folder that contains Train/ and Test/; default: synthetic smears, drawn in `out`. */
  readonly data?: string | undefined;
  /** Folder for runs, report.html and result.json. */
  readonly out: string;
  /** Trainings of each model; default 3. */
  readonly seeds?: number;
  /** The first seed; default 0. */
  readonly seed?: number;
  /** Epochs of the CNN; default: its recipe's. */
  readonly epochs?: number | undefined;
  readonly device?: string;
  readonly threads?: number | undefined;
  /** ImageNet weights of MobileNetV2; default: it starts from random weights. */
  readonly weights?: JobWeights | undefined;
  /** Also repeat the published mistakes, one at a time. */
  readonly asPublished?: boolean;
  /** Resume the runs in `out`. */
  readonly resume?: boolean;
  /** Overwrite the runs in `out`. */
  readonly replace?: boolean;
  /** Skip images that can't be read. */
  readonly skipBad?: boolean;
}

/** What {@link reproduceJob} gives. */
export interface ReproduceJobResult {
  readonly models: readonly ComparedModel[];
  readonly comparisons: readonly PairComparison[];
  /** Over seeds. */
  readonly overSplits: readonly SplitComparison[];
  /** None unless `asPublished`. */
  readonly faults: readonly FaultResult[];
  readonly notes: readonly Note[];
  readonly warnings: readonly string[];
  /** Path of the HTML report. */
  readonly report: string;
  /** What result.json contains. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/**
 * Repeats the student project's comparison without its mistakes: the CNN against MobileNetV2, with several seeds.
 *
 * @throws ERR_DATA if `data` contains no Test folder; as `trainJob`.
 *
 * @example
 * const { comparisons } = await reproduceJob({ data: "cells", weights: "mobilenet_v2.h5", out: "runs/reproduce" });
 */
export function reproduceJob(options: ReproduceJobOptions): Promise<ReproduceJobResult> {
  return runJob(options, [options.data], (tell) => reproduceAll(options, tell));
}

async function reproduceAll(options: ReproduceJobOptions, tell: JobTeller): Promise<ReproduceJobResult> {
  const { out, seed = 0, signal } = options;
  const report = join(out, "report.html");
  requireOwnReport(report);
  const data = options.data ?? (await smears(options, tell));
  if (openData(data).test === undefined)
    throw new LeukogramError("ERR_DATA", `${data}: contains no Test folder`, {
      hint: "reproduce needs a folder that contains Train/ and Test/.",
    });
  const weights = await findWeights(options.weights, parseRecipe(readRecipe("mobilenetv2")), { tell, signal });
  const bench: Bench = { data, weights, options, tell };
  const contenders = [];
  for (const { name, recipe } of CONTENDERS) contenders.push(await trainSeeds(bench, name, readRecipe(recipe)));
  const faults = options.asPublished
    ? await faultsAsPublished({ data, out, pretrained: weights !== undefined }, (name, folder, recipe, from) =>
        trainOne({ ...bench, data: from }, name, folder, recipeFor(recipe, seed, bench)),
      )
    : [];
  const models = contenders.map(({ model }) => model);
  const comparisons = comparePredictions(
    contenders.map(({ model, runs }) => ({ name: model.name, predictions: runs[0]!.predictions })),
  );
  const overSplits = compareSplits(
    contenders.map(({ model: { name, seeds, evaluations }, runs }) => ({
      name,
      trainings: trainingsOfSeeds({ seeds, evaluations, trainedOn: runs[0]!.trainedOn }),
    })),
  );
  const notes = faults.length === 0 ? [] : [faultNote(models, faults)];
  const warnings = caveats(options, weights);
  const title = titleOf(
    contenders.map(({ recipe }) => recipe),
    weights,
  );
  const told = { title, dataName: dataName(data), version: VERSION, bootstrap: { resamples: 2000, seed: 0 } };
  await writeFileWhole(report, comparisonReport({ ...told, models, comparisons, overSplits, warnings, notes }));
  const summary = { models: models.map(summaryOf), comparisons, overSplits, faults, report };
  await writeFileWhole(join(out, "result.json"), `${JSON.stringify(summary, undefined, 2)}\n`);
  return { models, comparisons, overSplits, faults, notes, warnings, report, summary };
}

const summaryOf = (model: ComparedModel) => ({
  name: model.name,
  seeds: model.seeds,
  testAccuracy: model.evaluations.map(({ accuracy }) => accuracy),
  balancedAccuracy: model.evaluations.map(({ balancedAccuracy }) => balancedAccuracy),
  macroF1: model.evaluations.map(({ macroF1 }) => macroF1),
  generalisationGap: gapsOf(model),
  trainingSeconds: model.trainingSeconds,
  trainingCpuSeconds: model.trainingCpuSeconds,
  costs: model.costs,
});

/** A recipe of configs/ as it is run here. */
function recipeFor(values: Readonly<Record<string, unknown>>, seed: number, { options, weights }: Bench): Recipe {
  const { epochs, device = "cpu", threads, data } = options;
  const isDrawn = data === undefined;
  const ofCnn = { ...(isDrawn && DRAWN_CNN), ...(epochs !== undefined && { epochs }) };
  const own = values.model === "cnn" ? ofCnn : weights === undefined && fromRandom(isDrawn);
  return parseRecipe({ ...values, ...own, seed, device, ...(threads !== undefined && { threads }) }, "settings");
}

const fromRandom = (isDrawn: boolean) => (isDrawn ? DRAWN_FROM_RANDOM : FROM_RANDOM);

interface Bench {
  readonly data: string;
  readonly weights: string | undefined;
  readonly options: ReproduceJobOptions;
  readonly tell: JobTeller;
}

async function smears({ out, resume, signal }: ReproduceJobOptions, tell: JobTeller): Promise<string> {
  const folder = join(out, "synthetic-smears");
  tell.line(
    "No --data: drawing synthetic smears. They show no patient's cells; metrics on them only show that everything works.",
  );
  if (!resume || !existsSync(folder))
    await drawSmears(folder, { signal, onProgress: (done, total) => tell.stage("Drawing smears", done, total) });
  return folder;
}

async function trainSeeds(
  bench: Bench,
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<{ model: ComparedModel; recipe: Recipe; runs: readonly JudgedRun[] }> {
  const { seeds: count = 3, seed: start = 0, out } = bench.options;
  const seeds = Array.from({ length: count }, (_, i) => start + i);
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const runs: JudgedRun[] = [];
  for (const seed of seeds) {
    runs.push(await trainOne(bench, `${name}, seed ${seed}`, `${slug}-seed${seed}`, recipeFor(values, seed, bench)));
  }
  const first = runs[0]!;
  const recipe = recipeFor(values, start, bench);
  const history = readHistory(join(out, `${slug}-seed${start}`));
  const gaps = runs.flatMap(({ trainAccuracy, evaluation }) =>
    trainAccuracy === undefined ? [] : [trainAccuracy - evaluation.accuracy.value],
  );
  return {
    model: {
      name,
      evaluations: runs.map(({ evaluation }) => evaluation),
      history,
      costs: first.costs,
      told: trainingWords(recipe, { pretrained: bench.weights !== undefined }),
      trainAccuracy: first.trainAccuracy,
      gaps,
      trainingSeconds: runs.flatMap(({ costs }) => costs.trainingSeconds ?? []),
      trainingCpuSeconds: runs.flatMap(({ costs }) => costs.trainingCpuSeconds ?? []),
      seeds,
    },
    recipe,
    runs,
  };
}

async function trainOne(
  { data, weights, options, tell }: Bench,
  name: string,
  folder: string,
  recipe: Recipe,
): Promise<JudgedRun> {
  const { resume = false, replace = false, skipBad = false, signal, onProgress } = options;
  tell.line(`\n${name}`);
  return trainJob({
    ...{ data, out: join(options.out, folder), recipe, weights, resume, replace, skipBad, signal, onProgress },
    leaveOneOut: false,
    givesCommand: false,
  });
}

// Both heads stand on the same backbone, trained alike.
function titleOf(recipes: readonly Recipe[], weights: string | undefined): string {
  const names = recipes.map((recipe) => trainedName(recipe, { pretrained: weights !== undefined }));
  return [...new Set(names)].join(" against ");
}

function caveats({ data, seeds }: ReproduceJobOptions, weights: string | undefined): string[] {
  const warnings: string[] = [];
  const isDrawn = data === undefined;
  if (isDrawn)
    warnings.push(
      "These are synthetic drawings: no metric here says anything about real blood.",
      `To save time on drawings, the CNN saw ${DRAWN_CNN.imageSize}x${DRAWN_CNN.imageSize} pixels; with --data it sees those of its recipe.`,
    );
  const { alpha, imageSize } = fromRandom(isDrawn);
  if (weights === undefined)
    warnings.push(
      `MobileNetV2 had no ImageNet weights: a small MobileNetV2 (alpha ${alpha}, ${imageSize}x${imageSize}) was trained entirely from random weights, so this is no test of transfer learning. Supply the weights with --weights or --fetch-weights.`,
    );
  if (seeds === 1) warnings.push("One seed each: another seed may reverse a small difference.");
  warnings.push("Training and test images come from one laboratory; expect much worse results in another.");
  return warnings;
}

function faultNote(models: readonly ComparedModel[], faults: readonly FaultResult[]): Note {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  return {
    heading: "The published mistakes, one at a time",
    paragraphs: faults.map(({ name, base, explanation, validationAccuracy, testAccuracy }) => {
      const right = models.find((model) => model.name === base)!.evaluations[0]!.accuracy.value;
      return `${name}: ${explanation} Validation ${share(validationAccuracy)}, test ${share(testAccuracy)}; without the mistake, test ${share(right)}.`;
    }),
  };
}
