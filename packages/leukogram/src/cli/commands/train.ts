import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { readRunConfig } from "../../jobs/runs/runConfig.ts";
import { trainJob } from "../../jobs/trainJob.ts";
import { laboratoryText } from "../../report/laboratoryTable.ts";
import { withCpu } from "../../report/text/format.ts";
import { runFiles } from "../../run/runFolder.ts";
import { addClassNameFlags, howReadOf } from "../classNameFlags.ts";
import type { CommandInput, CommandModule } from "../command.ts";
import { laboratoryHeadlines } from "../laboratories.ts";
import { addProgressFlag, collect, print, shareText } from "../options.ts";
import { addProfileFlag } from "../profileFlag.ts";
import { Progress } from "../progress.ts";
import { addRecipeFlags, recipeOf } from "../recipeFlags.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";
import { addWeightsFlags, requireWeightsFit, type WeightsFlags, weightsOf } from "../weights.ts";

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
    addProfileFlag(command);
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
  const data = flags.data ?? resumed?.data;
  if (data === undefined)
    throw new LeukogramError("ERR_USAGE", "train: --data is missing", { hint: "Give a folder of images." });
  const out = flags.out ?? join("runs", recipe.model);
  requireWeightsFit(flags, recipe);
  const folder = { resume: Boolean(flags.resume), replace: Boolean(flags.yes) };
  const read = howReadOf(options, resumed);
  const judged = await trainJob({
    ...{ data, out, recipe, signal, ...folder, ...read },
    classMap: typeof read.mapClasses === "object" ? String(options.mapClasses ?? resumed?.classMap) : undefined,
    // What a run was started with stays, whatever weights are to be found by now.
    weights: resumed !== undefined && flags.weights === undefined ? resumed.weights : weightsOf(flags),
    leaveOneOut: flags.leaveOneOut !== false,
    skipBad: Boolean(flags.skipBad),
    onProgress: progress.hear,
  });
  const { evaluation, judgedOn, laboratories } = judged;
  const byLaboratory = laboratories && { laboratories: laboratoryHeadlines(laboratories) };
  const { costs, command } = judged;
  print(Boolean(flags.json), { out, judgedOn, ...evaluation, ...byLaboratory, costs, command }, () =>
    [
      evaluation.report,
      `Accuracy on the ${judgedOn} images: ${shareText(evaluation.accuracy)}`,
      `Balanced accuracy: ${shareText(evaluation.balancedAccuracy)}`,
      ...(laboratories ? ["", laboratoryText(laboratories), ...(laboratories.leaveOneOut?.notes ?? []), ""] : []),
      `Training: ${withCpu(judged.trainingSeconds, costs.trainingCpuSeconds)}, weights of epoch ${judged.bestEpoch}`,
      `Report: ${runFiles(out).report}`,
    ].join("\n"),
  );
}

function requireOut({ out }: Flags): string {
  if (out === undefined)
    throw new LeukogramError("ERR_USAGE", "train: --resume needs --out", {
      hint: "Give the folder of the interrupted run.",
    });
  return out;
}

export default train;
