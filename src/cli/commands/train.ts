import { join } from "node:path";
import { LeukogramError } from "../../core/errors.ts";
import { openData } from "../../data/dataset.ts";
import { splitDataset } from "../../data/split.ts";
import { dataName, type JudgedRun, writeRun } from "../../report/writeRun.ts";
import { recipeWarnings } from "../../training/fromRecipe.ts";
import type { Recipe } from "../../training/recipe.ts";
import { trainModel } from "../../training/trainModel.ts";
import type { CommandModule } from "../command.ts";
import { addRecipeFlags, print, recipeOf, shareText } from "../options.ts";
import { Progress } from "../progress.ts";
import { checkRunFolder, prepareRunFolder, readRunConfig } from "../runFolder.ts";
import { addWeightsFlags, findWeights, requireWeightsFit, type WeightsFlags } from "../weights.ts";

/** Flags of `train`. */
interface Flags extends WeightsFlags {
  readonly data?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What one training job needs. */
export interface TrainJob {
  readonly data: string;
  readonly out: string;
  readonly recipe: Recipe;
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
  const data = openData(job.data, { ...(recipe.groupBy !== undefined && { groupBy: recipe.groupBy }) });
  const { train, validation } = data.validation
    ? { train: [...data.train.samples], validation: [...data.validation.samples] }
    : splitSamples(data.train, recipe);
  progress.beginLog();
  progress.line(
    `${dataName(job.data)}: ${train.length} images to learn from, ${validation.length} to choose by, ${data.test?.samples.length ?? 0} to test on`,
  );
  for (const warning of recipeWarnings(recipe)) progress.line(`Note: ${warning}`);
  const trained = await trainModel({ ...data.train, samples: train }, validation, recipe, {
    out,
    weights: job.weights,
    skipBad,
    resume: job.resume,
    signal,
    onReady: async () => {
      await job.prepare?.();
      progress.openLog(join(out, "log.txt"));
    },
    onStage: progress.stage,
    onProgress: progress.step,
    onEpoch: (row) => progress.epoch(row, recipe.epochs),
  });
  const sets = { classes: data.train.classes, train, validation, test: data.test?.samples };
  const judged = await writeRun(trained, sets, {
    dataName: dataName(job.data),
    settings: recipe,
    session: { device: recipe.device, ...(recipe.threads !== undefined && { threads: recipe.threads }) },
    skipBad,
    signal,
    onStage: progress.stage,
    ...(job.command !== undefined && { command: job.command }),
  }).catch((cause: unknown) => {
    if (!(cause instanceof LeukogramError) || cause.code !== "ERR_ABORTED") throw cause;
    throw new LeukogramError("ERR_ABORTED", `${out}: the model is trained, and its judgement was interrupted`, {
      hint: "Go on with --resume.",
      cause,
    });
  });
  return { ...judged, trainingSeconds: trained.trainingSeconds, bestEpoch: trained.bestEpoch };
}

type Parts = Pick<ReturnType<typeof splitDataset>, "train" | "validation">;

function splitSamples(dataset: Parameters<typeof splitDataset>[0], recipe: Recipe): Parts {
  // A leaky split is what happens where nobody knows which images are siblings.
  const blind = { ...dataset, samples: dataset.samples.map((sample) => ({ ...sample, group: sample.file })) };
  const method = recipe.split === "keras" ? "keras" : "stratified";
  return splitDataset(recipe.split === "leaky" ? blind : dataset, {
    validationFraction: recipe.validation,
    seed: recipe.seed,
    method,
  });
}

const train: CommandModule = {
  define(command) {
    command
      .description("Train a model and judge it on the test images.")
      .option("--data <dir>", "class folders, a folder with Train/ and Test/, or a manifest CSV")
      .option("--out <dir>", "run folder (default: runs/MODEL)")
      .option("--resume", "go on with the run in --out that was stopped or killed")
      .option("--yes", "begin anew where --out holds a run already")
      .option("--skip-bad", "leave out images that can't be read, and count them");
    addWeightsFlags(command);
    addRecipeFlags(command);
  },
  examples: [
    "leukogram train --data cells --out runs/cnn",
    "leukogram train --data cells --model mobilenetv2 --head linear --weights mobilenet_v2.h5",
    "leukogram train --data cells --recipe notebook --epochs 20",
    "leukogram train --data cells --recipe runs/cnn/config.json --seed 1 --out runs/cnn-seed1",
    "leukogram train --out runs/cnn --resume",
  ],
  async execute({ options, signal }) {
    const flags = options as Flags;
    const progress = new Progress(Boolean(flags.quiet));
    const resumed = flags.resume ? readRunConfig(requireOut(flags)) : undefined;
    const recipe = recipeOf(options, resumed?.recipe);
    const data = flags.data ?? resumed?.data;
    if (data === undefined)
      throw new LeukogramError("ERR_USAGE", "train: --data is missing", { hint: "Give the folder of images." });
    const out = flags.out ?? join("runs", recipe.model);
    requireWeightsFit(flags, recipe);
    const folder = { resume: Boolean(flags.resume), replace: Boolean(flags.yes) };
    checkRunFolder(out, { recipe }, folder);
    openData(data); // before anything is fetched
    // What a run was begun with stays, whatever weights are to be found by now.
    const weights =
      resumed !== undefined && flags.weights === undefined
        ? resumed.weights
        : await findWeights(flags, recipe, { progress, signal });
    const skipBad = Boolean(flags.skipBad);
    const command = commandLine({ data, out, weights, skipBad });
    const judged = await trainJob({
      data,
      out,
      recipe,
      weights,
      resume: folder.resume,
      skipBad,
      progress,
      signal,
      prepare: () => prepareRunFolder(out, { data, weights, recipe }, folder),
      command,
    });
    const { evaluation, judgedOn } = judged;
    print(Boolean(flags.json), { out, judgedOn, ...evaluation, costs: judged.costs, command }, () =>
      [
        evaluation.report,
        `Accuracy on the ${judgedOn} images: ${shareText(evaluation.accuracy)}`,
        `Balanced accuracy: ${shareText(evaluation.balancedAccuracy)}`,
        `Training: ${judged.trainingSeconds.toFixed(1)} s, weights of epoch ${judged.bestEpoch}`,
        `Report: ${join(out, "report.html")}`,
      ].join("\n"),
    );
  },
};

// What makes the run again, beside the old one.
function commandLine({ data, out, weights, skipBad }: Pick<TrainJob, "data" | "out" | "weights" | "skipBad">): string {
  const words = ["--recipe", join(out, "config.json"), "--data", data];
  if (weights !== undefined) words.push("--weights", weights);
  if (skipBad) words.push("--skip-bad");
  words.push("--out", `${out.replace(/[/\\]+$/, "")}-again`);
  return `leukogram train ${words.map((word) => (/^[\w./:\\-]+$/.test(word) ? word : `"${word}"`)).join(" ")}`;
}

function requireOut({ out }: Flags): string {
  if (out === undefined)
    throw new LeukogramError("ERR_USAGE", "train: --resume needs --out", {
      hint: "Name the folder of the run that was stopped.",
    });
  return out;
}

export default train;
