import { existsSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { groupByCopies } from "../../audit/groupByCopies.ts";
import { tellBits } from "../../data/depth.ts";
import { openLaboratories } from "../../data/laboratories.ts";
import type { Dataset } from "../../data/sample.ts";
import { type CrossValidation, crossValidate, type OutOfFold, SPLIT_FIGURES } from "../../evaluation/crossValidate.ts";
import { withCpu } from "../../report/format.ts";
import { headlineTitle } from "../../report/headlines.ts";
import { textTable } from "../../report/textTable.ts";
import { runFiles } from "../../run/runFolder.ts";
import { recipeWarnings } from "../../training/fromRecipe.ts";
import { addClassNameFlags, classNamesKept, howRead } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { collect, groupingOf, print, shareText, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addRecipeFlags, recipeOf } from "../recipeFlags.ts";
import { checkRunFolder, prepareRunFolder, readRunConfig } from "../runFolder.ts";
import { addScaleFlag, type ScaleFlag, trainedAtScale } from "../scaleFlag.ts";
import { addWeightsFlags, findWeights, requireWeightsFit, type WeightsFlags } from "../weights.ts";

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
    const folder = { resume: Boolean(flags.resume), replace: Boolean(flags.yes) };
    const read = howRead(options, resumed);
    checkRunFolder(out, { recipe, ...read }, folder);
    tellBits(read.bits);
    const { scale } = read;
    const { train: opened } = trainedAtScale(
      openLaboratories(flags.data, {
        ...groupingOf(recipe),
        ...classNamesKept(read, (text) => progress.line(`Note: ${text}`)),
      }),
      recipe,
      { scale },
    );
    const weights = await findWeights(flags, recipe, { progress, signal });
    for (const warning of recipeWarnings(recipe)) progress.line(`Note: ${warning}`);
    const data = flags.data.length === 1 ? flags.data[0]! : flags.data;
    await prepareRunFolder(out, { data, weights, ...read, recipe }, folder);
    const train = flags.groupCopies ? await withoutCopiesApart(opened, progress, signal) : opened;
    const { folds, repeats } = flags;
    const result = await crossValidate(train, recipe, {
      out,
      folds,
      repeats,
      grouped: flags.groupCopies ? "copies" : undefined,
      weights,
      session: { device: recipe.device, ...(recipe.threads !== undefined && { threads: recipe.threads }) },
      skipBad: Boolean(flags.skipBad),
      resume: folder.resume,
      signal,
      onSplit: ({ repeat, fold, done }) =>
        progress.line(`Repeat ${repeat} of ${repeats}, fold ${fold} of ${folds}${done ? ": already done" : ""}`),
      onStage: progress.stage,
      onProgress: progress.step,
      onEpoch: (row) => progress.epoch(row, recipe.epochs),
    });
    print(Boolean(flags.json), { out, ...result }, () => lines(result, out).join("\n"));
  },
};

async function withoutCopiesApart(dataset: Dataset, progress: Progress, signal: AbortSignal): Promise<Dataset> {
  const found = await groupByCopies(dataset, { signal, onStage: progress.stage });
  const [before, after] = found.groups;
  progress.line(`Copies found: ${found.pairs} pairs; ${before} groups of images were merged into ${after}.`);
  return found.dataset;
}

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
