import { join } from "node:path";
import { LeukogramError } from "../../core/errors.ts";
import { openData } from "../../data/dataset.ts";
import { splitDataset } from "../../data/split.ts";
import { dataName, type JudgedRun, writeRun } from "../../report/writeRun.ts";
import { recipeWarnings } from "../../training/fromRecipe.ts";
import type { Recipe } from "../../training/recipe.ts";
import { trainModel } from "../../training/trainModel.ts";
import { addRecipeFlags, print, recipeOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { prepareRunFolder, readRunConfig } from "../runFolder.ts";
import { addWeightsFlags, findWeights, type WeightsFlags } from "../weights.ts";
import type { CommandModule } from "./index.ts";

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
    onStage: progress.stage,
    onProgress: progress.step,
    onEpoch: (row) => progress.epoch(row, recipe.epochs),
  });
  const sets = { classes: data.train.classes, train, validation, test: data.test?.samples };
  const judged = await writeRun(trained, sets, {
    dataName: dataName(job.data),
    settings: recipe,
    skipBad,
    signal,
    onStage: progress.stage,
    ...(job.command !== undefined && { command: job.command }),
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

const percent = ({ value, low, high }: { value: number; low: number; high: number }) =>
  `${(100 * value).toFixed(1)} % (95 % ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;

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
    openData(data); // before the folder is made
    const weights = await findWeights({ ...flags, weights: flags.weights ?? resumed?.weights }, recipe, {
      progress,
      signal,
    });
    await prepareRunFolder(
      out,
      { data, weights, recipe },
      { resume: Boolean(flags.resume), replace: Boolean(flags.yes) },
    );
    const command = `leukogram train --data ${data} --out ${out} --recipe ${join(out, "config.json")}`;
    const judged = await trainJob({
      data,
      out,
      recipe,
      weights,
      resume: Boolean(flags.resume),
      skipBad: Boolean(flags.skipBad),
      progress,
      signal,
    });
    const { evaluation, judgedOn } = judged;
    print(Boolean(flags.json), { out, judgedOn, ...evaluation, costs: judged.costs, command }, () =>
      [
        evaluation.report,
        `Accuracy on the ${judgedOn} images: ${percent(evaluation.accuracy)}`,
        `Balanced accuracy: ${percent(evaluation.balancedAccuracy)}`,
        `Training: ${judged.trainingSeconds.toFixed(1)} s, weights of epoch ${judged.bestEpoch}`,
        `Report: ${join(out, "report.html")}`,
      ].join("\n"),
    );
  },
};

function requireOut({ out }: Flags): string {
  if (out === undefined)
    throw new LeukogramError("ERR_USAGE", "train: --resume needs --out", {
      hint: "Name the folder of the run that was stopped.",
    });
  return out;
}

export default train;
