// A training as a whole: images, weights, model, judgement, run folder.
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { timed } from "@leukogram/engine/core/spans";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { scaleSentences } from "../evaluation/crops/scaleWords.ts";
import { dataName, type JudgedRun, type RunSets, writeRun } from "../report/writeRun.ts";
import { runFiles } from "../run/runFolder.ts";
import { recipeWarnings } from "../training/recipe/fromRecipe.ts";
import type { Recipe } from "../training/recipe/recipe.ts";
import { splitByRecipe } from "../training/recipe/splitByRecipe.ts";
import { type TrainedModel, trainModel } from "../training/trainModel.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import { leaveOut } from "./leaveOut.ts";
import { findWeights, type JobWeights } from "./models/weights.ts";
import { checkRunFolder, prepareRunFolder } from "./runs/runConfig.ts";
import { shellWords } from "./shellWords.ts";
import { howRead, offerOf, openTrainingData, sourcesOf, type TrainingData, withBits } from "./trainingData.ts";

/** What {@link trainJob} takes. */
export interface TrainJobOptions extends TrainingData, JobOptions {
  /** The run folder. */
  readonly out: string;
  readonly recipe: Recipe;
  /** ImageNet weights of the backbone; default: it begins from random weights. */
  readonly weights?: JobWeights | undefined;
  /** Whether each of several laboratories is also judged by a model that was trained without it; default true. */
  readonly leaveOneOut?: boolean;
  /** Go on with the run in `out` that was stopped or killed. */
  readonly resume?: boolean;
  /** Let the run in `out` make room for a new one. */
  readonly replace?: boolean;
  /** Leave out images that can't be read. */
  readonly skipBad?: boolean;
  /** Whether report and card give the command that makes the run again; default true. */
  readonly givesCommand?: boolean;
}

/** What {@link trainJob} gives. */
export interface TrainJobResult extends JudgedRun {
  /** The run folder. */
  readonly out: string;
  /** Seconds of training, decoding and features left out. */
  readonly trainingSeconds: number;
  readonly bestEpoch: number;
  /** The command that makes the run again; undefined if it was not asked for. */
  readonly command: string | undefined;
}

/**
 * Trains on the data's training part, judges on its test part, or on validation images if there is none, and writes the run
 * folder: model, predictions, figures, report, log.
 *
 * @throws ERR_OUTPUT if `out` holds something else; ERR_CONFIG if a run is resumed with other settings; ERR_DATA, ERR_IMAGE,
 * ERR_WEIGHTS; ERR_ABORTED if `signal` fired, with all kept that `resume` needs.
 *
 * @example
 * const { evaluation } = await trainJob({
 *   data: "cells",
 *   out: "runs/cnn",
 *   recipe: parseRecipe({ model: "cnn", epochs: 20 }),
 *   onProgress: (event) => console.error(event),
 * });
 * console.log(evaluation.balancedAccuracy); // { value, low, high }
 */
export function trainJob(options: TrainJobOptions): Promise<TrainJobResult> {
  return runJob(options, sourcesOf(options), (tell) => withBits(options.bits, () => train(options, tell)));
}

async function train(job: TrainJobOptions, tell: JobTeller): Promise<TrainJobResult> {
  const { out, recipe, resume = false, replace = false, skipBad = false, classMap, signal } = job;
  const [read, sources] = [howRead(job), sourcesOf(job)];
  checkRunFolder(out, { recipe, ...read }, { resume, replace });
  // Before anything is fetched.
  openTrainingData(job, recipe);
  const weights = await findWeights(job.weights, recipe, { tell, signal });
  const data = openTrainingData(job, recipe, tell.note);
  const offer = offerOf(data.train.classes);
  if (offer !== undefined) tell.line(offer);
  const { train, validation } = splitByRecipe(data, recipe);
  tell.beginLog();
  tell.line(
    `${dataName(sources)}: ${counted(train.length, "image")} for training, ${validation.length} for validation, ${data.test?.samples.length ?? 0} for testing`,
  );
  for (const warning of recipeWarnings(recipe, train)) tell.note(warning);
  const trained = await trainModel({ ...data.train, samples: train }, validation, recipe, {
    ...{ out, weights, skipBad, resume, signal },
    onReady: async () => {
      const config = { data: sources.length === 1 ? sources[0]! : sources, weights, classMap, ...read, recipe };
      await prepareRunFolder(out, config, { resume, replace });
      tell.openLog(runFiles(out).log);
    },
    onScales: (laboratories) => {
      for (const sentence of scaleSentences(laboratories)) tell.line(sentence);
      for (const { laboratory, notes } of laboratories) for (const note of notes) tell.note(`${laboratory}: ${note}`);
    },
    onStage: tell.stage,
    onProgress: tell.step,
    onEpoch: tell.epochOf(recipe.epochs),
  });
  const sets = { classes: data.train.classes, train, validation, test: data.test?.samples };
  const session = sessionOfRecipe(recipe);
  const leaveOneOut =
    job.leaveOneOut === false
      ? undefined
      : await leaveOut(sets, recipe, {
          ...{ out, root: data.train.root, weights, session, skipBad, resume, tell, signal },
        });
  const command =
    job.givesCommand === false ? undefined : commandLine({ ...job, ...read, data: sources, weights, skipBad });
  const judged = await judge(trained, sets, {
    ...{ dataName: dataName(sources), settings: recipe, session, skipBad, leaveOneOut, signal, command },
    onStage: tell.stage,
  });
  return { ...judged, out, trainingSeconds: trained.trainingSeconds, bestEpoch: trained.bestEpoch, command };
}

/** Where a recipe's model runs when it is judged. */
export function sessionOfRecipe({ device, threads }: Recipe): SessionOptions {
  return { device, threads };
}

function judge(trained: TrainedModel, sets: RunSets, options: Parameters<typeof writeRun>[2]): Promise<JudgedRun> {
  return timed("Evaluate and write the report", () => writeRun(trained, sets, options)).catch((cause: unknown) => {
    if (!(cause instanceof LeukogramError) || cause.code !== "ERR_ABORTED") throw cause;
    throw new LeukogramError(
      "ERR_ABORTED",
      `${trained.out}: the model is trained, but its evaluation was interrupted`,
      {
        hint: "Continue with --resume.",
        cause,
      },
    );
  });
}

interface CommandWords extends TrainingData {
  readonly data: readonly string[];
  readonly out: string;
  readonly weights: string | undefined;
  readonly skipBad: boolean;
}

// What makes the run again, beside the old one.
function commandLine({ data, out, weights, skipBad, scale = [], bits, ...classes }: CommandWords): string {
  const words = ["--recipe", runFiles(out).config, ...data.flatMap((source) => ["--data", source])];
  words.push(...scale.flatMap((text) => ["--scale", text]));
  if (bits !== undefined) words.push("--bits", String(bits));
  words.push(...classNameWords(classes));
  if (weights !== undefined) words.push("--weights", weights);
  if (skipBad) words.push("--skip-bad");
  words.push("--out", `${out.replace(/[/\\]+$/, "")}-again`);
  return `leukogram train ${shellWords(words)}`;
}

function classNameWords({ mapClasses, others, classMap }: Pick<CommandWords, "mapClasses" | "others" | "classMap">) {
  if (mapClasses === undefined) return [];
  const word = mapClasses === "auto" ? "auto" : (classMap ?? "map.csv");
  return ["--map-classes", word, ...(others === "leave-out" ? ["--others", "leave-out"] : [])];
}
