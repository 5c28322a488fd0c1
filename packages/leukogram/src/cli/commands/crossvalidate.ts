import { existsSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { type CrossValidation, type OutOfFold, SPLIT_FIGURES } from "../../evaluation/crossValidate.ts";
import { crossValidateJob } from "../../jobs/crossValidateJob.ts";
import { readRunConfig } from "../../jobs/runs/runConfig.ts";
import { headlineTitle } from "../../report/headlines.ts";
import { withCpu } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import { runFiles } from "../../run/runFolder.ts";
import { addClassNameFlags, howReadOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { collect, print, shareText, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addRecipeFlags, recipeOf } from "../recipeFlags.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";
import { addWeightsFlags, requireWeightsFit, type WeightsFlags, weightsOf } from "../weights.ts";

/** Flags of `crossvalidate`. */
interface Flags extends WeightsFlags, ScaleFlag {
  readonly data?: readonly string[];
  readonly folds: number;
  readonly repeats: number;
  readonly groupCopies?: boolean;
  readonly out?: string;
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const crossvalidate: CommandModule = {
  define(command) {
    command
      .description(
        "Cross-validate a recipe: metrics with intervals over splits, and a prediction for each image by models that were not trained on it. Test images are not used.",
      )
      .option("--data <[name=]dir>", "class folders, a folder that contains Train/, or a manifest CSV", collect)
      .option("--folds <number>", "number of folds", wholeNumber, 5)
      .option("--repeats <number>", "number of repeats, each with new folds and a new seed", wholeNumber, 1)
      .option(
        "--group-copies",
        "find copies of one cell (also rotated or cropped, as audit does) and keep them in one fold",
      )
      .option("--out <dir>", "output folder (default: runs/MODEL-crossvalidation)")
      .option("--resume", "resume the cross-validation in --out")
      .option("--yes", "overwrite the run in --out")
      .option("--skip-bad", "skip unreadable images and report how many");
    addScaleFlag(command, { several: true });
    addWeightsFlags(command);
    addClassNameFlags(command);
    addRecipeFlags(command);
  },
  examples: [
    "leukogram crossvalidate --data cells --out runs/cnn-cv",
    "leukogram crossvalidate --data cells --folds 10 --repeats 3 --group-by patient",
    "leukogram crossvalidate --data cells --out runs/cnn-cv --resume",
    "leukogram crossvalidate --data cells --group-copies --seed 0",
  ],
  async execute({ options, signal }) {
    const flags = options as unknown as Flags;
    const progress = new Progress(Boolean(flags.quiet));
    if (flags.data === undefined)
      throw new LeukogramError("ERR_USAGE", "crossvalidate: --data is missing", { hint: "Give a folder of images." });
    const resumes = Boolean(flags.resume) && flags.out !== undefined && existsSync(runFiles(flags.out).config);
    const resumed = resumes ? readRunConfig(flags.out!) : undefined;
    const recipe = recipeOf(options, resumed?.recipe);
    const out = flags.out ?? join("runs", `${recipe.model}-crossvalidation`);
    requireWeightsFit(flags, recipe);
    const { out: _, ...result } = await crossValidateJob({
      ...howReadOf(options, resumed),
      ...{ data: flags.data, out, recipe, signal, folds: flags.folds, repeats: flags.repeats },
      groupCopies: Boolean(flags.groupCopies),
      weights: weightsOf(flags),
      resume: Boolean(flags.resume),
      replace: Boolean(flags.yes),
      skipBad: Boolean(flags.skipBad),
      onProgress: progress.hear,
    });
    print(Boolean(flags.json), { out, ...result }, () => lines(result, out).join("\n"));
  },
};

function lines(result: CrossValidation, out: string): string[] {
  const percent = (share: number) => (100 * share).toFixed(1);
  const isTimed = result.splits.some(({ trainingSeconds }) => trainingSeconds !== undefined);
  const table = textTable([
    ["Split", "trained on", "evaluated on", "accuracy", "balanced", "macro F1", ...(isTimed ? ["training"] : [])],
    ...result.splits.map((split) => [
      `repeat ${split.repeat}, fold ${split.fold}`,
      String(split.trainedOn),
      String(split.judgedOn),
      ...SPLIT_FIGURES.map((name) => percent(split[name])),
      ...(isTimed ? [withCpu(split.trainingSeconds, split.trainingCpuSeconds)] : []),
    ]),
  ]);
  return [
    table,
    "",
    ...SPLIT_FIGURES.map((name) => `${headlineTitle(name).padEnd(18)} ${shareText(result[name])}`),
    ...(result.outOfFold ? ["", ...matrixLines(result.outOfFold), ""] : []),
    "Intervals are over splits, widened for the images that splits share (Nadeau and Bengio 2003). They do not apply to other laboratories.",
    `Predictions for images not used in training: ${runFiles(out).answers}`,
  ];
}

// Columns by number, as many names of classes are wider than a screen.
function matrixLines({ classes, confusionMatrix }: OutOfFold): string[] {
  const rows = confusionMatrix.map((row, k) => {
    const total = row.reduce((a, b) => a + b, 0);
    const recall = total === 0 ? "n/a" : ((100 * row[k]!) / total).toFixed(1);
    return [`${k + 1} ${classes[k]}`, ...row.map(String), recall];
  });
  return [
    "Predictions for images not used in training (rows: true class, columns: predicted class):",
    textTable([["Class", ...classes.map((_, k) => String(k + 1)), "recall, %"], ...rows]),
  ];
}

export default crossvalidate;
