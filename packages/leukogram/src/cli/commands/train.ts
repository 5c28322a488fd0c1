import { join } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { tellBits } from "../../data/depth.ts";
import { openLaboratories } from "../../data/laboratories.ts";
import { withCpu } from "../../report/format.ts";
import { laboratoryText } from "../../report/laboratoryTable.ts";
import { dataName, type JudgedRun, writeRun } from "../../report/writeRun.ts";
import { runFiles } from "../../run/runFolder.ts";
import { recipeWarnings } from "../../training/fromRecipe.ts";
import type { Recipe } from "../../training/recipe.ts";
import { splitByRecipe } from "../../training/splitByRecipe.ts";
import { trainModel } from "../../training/trainModel.ts";
import { addClassNameFlags, classNamesKept, classNameWords, howRead, tellOffer } from "../classNameFlags.ts";
import type { CommandInput, CommandModule } from "../command.ts";
import { laboratoryHeadlines, leaveOut } from "../laboratories.ts";
import { addProgressFlag, collect, groupingOf, print, shareText } from "../options.ts";
import { Progress } from "../progress.ts";
import { addRecipeFlags, recipeOf } from "../recipeFlags.ts";
import { checkRunFolder, type HowRead, prepareRunFolder, type RunConfig, readRunConfig } from "../runFolder.ts";
import { addScaleFlag, type ScaleFlag, tellScale, trainedAtScale } from "../scaleFlag.ts";
import { shellWords } from "../shellWords.ts";
import { addWeightsFlags, findWeights, requireWeightsFit, type WeightsFlags } from "../weights.ts";

/** Flags of `train`. */
interface Flags extends WeightsFlags, ScaleFlag {
  readonly data?: readonly string[];
  readonly leaveOneOut?: boolean;
  readonly out?: string;
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly skipBad?: boolean;
  readonly progressFile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What one training job needs. */
export interface TrainJob {
  /** Folders or manifests, each of a laboratory where there are several: DIR or NAME=DIR. */
  readonly data: readonly string[];
  /** Whether each laboratory is also judged by a model that was trained without it, where there are several. */
  readonly leaveOneOut?: boolean;
  readonly out: string;
  readonly recipe: Recipe;
  /** Scales of the laboratories, as a user writes them. */
  readonly scale?: readonly string[] | undefined;
  /** How classes of other names are taken. */
  readonly classNames?: ReturnType<typeof classNamesKept>;
  readonly weights: string | undefined;
  readonly resume: boolean;
  readonly skipBad: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Makes the run folder; called when all that the training needs is there, so that bad data leaves no folder. */
  readonly prepare?: () => Promise<void>;
  readonly command?: string;
}

/** Trains on the data's training part, then judges on its test part, and writes the run folder. */
export async function trainJob(
  job: TrainJob,
): Promise<JudgedRun & { readonly trainingSeconds: number; readonly bestEpoch: number }> {
  const { recipe, progress, signal, skipBad, out } = job;
  const { scale } = job;
  const data = trainedAtScale(openLaboratories(job.data, { ...groupingOf(recipe), ...job.classNames }), recipe, {
    scale,
  });
  tellOffer(progress, data.train.classes);
  const { train, validation } = splitByRecipe(data, recipe);
  progress.beginLog();
  progress.line(
    `${dataName(job.data)}: ${counted(train.length, "image")} for training, ${validation.length} for validation, ${data.test?.samples.length ?? 0} for testing`,
  );
  for (const warning of recipeWarnings(recipe, train)) progress.line(`Note: ${warning}`);
  const trained = await trainModel({ ...data.train, samples: train }, validation, recipe, {
    out,
    weights: job.weights,
    skipBad,
    resume: job.resume,
    signal,
    onReady: async () => {
      await job.prepare?.();
      progress.openLog(runFiles(out).log);
    },
    onScales: (laboratories) => {
      tellScale(progress, { laboratories });
      for (const { laboratory, notes } of laboratories)
        for (const note of notes) progress.line(`Note: ${laboratory}: ${note}`);
    },
    onStage: progress.stage,
    onProgress: progress.step,
    onEpoch: (row) => progress.epoch(row, recipe.epochs),
  });
  const sets = { classes: data.train.classes, train, validation, test: data.test?.samples };
  const session = { device: recipe.device, ...(recipe.threads !== undefined && { threads: recipe.threads }) };
  const { weights, resume } = job;
  const leaveOneOut = job.leaveOneOut
    ? await leaveOut(sets, recipe, { out, root: data.train.root, weights, session, skipBad, resume, progress, signal })
    : undefined;
  const judged = await writeRun(trained, sets, {
    dataName: dataName(job.data),
    settings: recipe,
    session,
    skipBad,
    leaveOneOut,
    signal,
    onStage: progress.stage,
    ...(job.command !== undefined && { command: job.command }),
  }).catch((cause: unknown) => {
    if (!(cause instanceof LeukogramError) || cause.code !== "ERR_ABORTED") throw cause;
    throw new LeukogramError("ERR_ABORTED", `${out}: the model is trained, but its evaluation was interrupted`, {
      hint: "Continue with --resume.",
      cause,
    });
  });
  return { ...judged, trainingSeconds: trained.trainingSeconds, bestEpoch: trained.bestEpoch };
}

const train: CommandModule = {
  define(command) {
    command
      .description("Train a model and evaluate it on the test images.")
      .option(
        "--data <[name=]dir>",
        "class folders, a folder with Train/ and Test/, or a manifest CSV; repeat for each laboratory",
        collect,
      )
      .option(
        "--no-leave-one-out",
        "with several laboratories, skip the extra trainings that leave each one out and test on it",
      )
      .option("--out <dir>", "run folder (default: runs/MODEL)")
      .option("--resume", "resume the interrupted run in --out")
      .option("--yes", "overwrite the run in --out")
      .option("--skip-bad", "skip unreadable images and report how many");
    addScaleFlag(command, { several: true });
    addProgressFlag(command);
    addWeightsFlags(command);
    addClassNameFlags(command);
    addRecipeFlags(command);
  },
  examples: [
    "leukogram train --data cells --out runs/cnn",
    "leukogram train --data cells --model mobilenetv2 --head linear --weights mobilenet_v2.h5",
    "leukogram train --data A=cells-a --data B=cells-b --out runs/both",
    "leukogram train --data cells --recipe notebook --epochs 20",
    "leukogram train --data cells --recipe runs/cnn/config.json --seed 1 --out runs/cnn-seed1",
    "leukogram train --out runs/cnn --resume",
  ],
  async execute(input) {
    const { progressFile, quiet } = input.options as Flags;
    const progress = new Progress(Boolean(quiet), progressFile);
    await progress.during(() => execute(input, progress));
  },
};

async function execute({ options, signal }: Omit<CommandInput, "args">, progress: Progress): Promise<void> {
  const flags = options as Flags;
  const resumed = flags.resume ? readRunConfig(requireOut(flags)) : undefined;
  const recipe = recipeOf(options, resumed?.recipe);
  const data = flags.data ?? sourcesOf(resumed);
  if (data === undefined)
    throw new LeukogramError("ERR_USAGE", "train: --data is missing", { hint: "Give a folder of images." });
  const out = flags.out ?? join("runs", recipe.model);
  requireWeightsFit(flags, recipe);
  const folder = { resume: Boolean(flags.resume), replace: Boolean(flags.yes) };
  const read = howRead(options, resumed);
  checkRunFolder(out, { recipe, ...read }, folder);
  tellBits(read.bits);
  const { scale } = read;
  const say = (text: string) => progress.line(`Note: ${text}`);
  // Before anything is fetched.
  trainedAtScale(openLaboratories(data, { ...groupingOf(recipe), ...classNamesKept(read) }), recipe, { scale });
  // What a run was started with stays, whatever weights are to be found by now.
  const weights =
    resumed !== undefined && flags.weights === undefined
      ? resumed.weights
      : await findWeights(flags, recipe, { progress, signal });
  const skipBad = Boolean(flags.skipBad);
  const classMap = typeof read.mapClasses === "object" ? String(options.mapClasses ?? resumed?.classMap) : undefined;
  const command = commandLine({ data, out, read, classMap, weights, skipBad });
  const judged = await trainJob({
    data,
    leaveOneOut: flags.leaveOneOut !== false,
    out,
    recipe,
    scale,
    classNames: classNamesKept(read, say),
    weights,
    resume: folder.resume,
    skipBad,
    progress,
    signal,
    prepare: () =>
      prepareRunFolder(out, { data: data.length === 1 ? data[0]! : data, weights, classMap, ...read, recipe }, folder),
    command,
  });
  const { evaluation, judgedOn, laboratories } = judged;
  const byLaboratory = laboratories && { laboratories: laboratoryHeadlines(laboratories) };
  print(Boolean(flags.json), { out, judgedOn, ...evaluation, ...byLaboratory, costs: judged.costs, command }, () =>
    [
      evaluation.report,
      `Accuracy on the ${judgedOn} images: ${shareText(evaluation.accuracy)}`,
      `Balanced accuracy: ${shareText(evaluation.balancedAccuracy)}`,
      ...(laboratories ? ["", laboratoryText(laboratories), ...(laboratories.leaveOneOut?.notes ?? []), ""] : []),
      `Training: ${withCpu(judged.trainingSeconds, judged.costs.trainingCpuSeconds)}, weights of epoch ${judged.bestEpoch}`,
      `Report: ${runFiles(out).report}`,
    ].join("\n"),
  );
}

// What makes the run again, beside the old one.
function commandLine({
  data,
  out,
  read,
  classMap,
  weights,
  skipBad,
}: Pick<TrainJob, "data" | "out" | "weights" | "skipBad"> & {
  readonly read: HowRead;
  readonly classMap: string | undefined;
}): string {
  const words = ["--recipe", runFiles(out).config, ...data.flatMap((source) => ["--data", source])];
  words.push(...(read.scale ?? []).flatMap((text) => ["--scale", text]));
  if (read.bits !== undefined) words.push("--bits", String(read.bits));
  words.push(...classNameWords(read, classMap));
  if (weights !== undefined) words.push("--weights", weights);
  if (skipBad) words.push("--skip-bad");
  words.push("--out", `${out.replace(/[/\\]+$/, "")}-again`);
  return `leukogram train ${shellWords(words)}`;
}

function sourcesOf(run: RunConfig | undefined): readonly string[] | undefined {
  return typeof run?.data === "string" ? [run.data] : run?.data;
}

function requireOut({ out }: Flags): string {
  if (out === undefined)
    throw new LeukogramError("ERR_USAGE", "train: --resume needs --out", {
      hint: "Give the folder of the interrupted run.",
    });
  return out;
}

export default train;
