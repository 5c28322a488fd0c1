import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { openData } from "../../data/dataset.ts";
import { drawSmears } from "../../data/smears/synthetic.ts";
import { comparePredictions } from "../../evaluation/compare.ts";
import { compareSplits, splitSentence, trainingsOfSeeds } from "../../evaluation/compareSplits.ts";
import { faultsAsPublished } from "../../jobs/faults.ts";
import { findWeights } from "../../jobs/models/weights.ts";
import { readRecipe } from "../../jobs/runs/readRecipe.ts";
import { trainJob } from "../../jobs/trainJob.ts";
import { comparisonTable, gapsOf } from "../../report/comparisonTable.ts";
import { comparisonReport } from "../../report/text/html.ts";
import type { ComparedModel, Note } from "../../report/types.ts";
import { dataName, type JudgedRun } from "../../report/writeRun.ts";
import { readHistory } from "../../training/readHistory.ts";
import { parseRecipe, type Recipe } from "../../training/recipe/recipe.ts";
import { trainedName, trainingWords } from "../../training/trainingWords.ts";
import { VERSION } from "../../version.ts";
import type { CommandModule } from "../command.ts";
import { addSessionFlags, number, print, wholeNumber } from "../options.ts";
import { addPictureFlags } from "../pictureFlags.ts";
import { Progress } from "../progress.ts";
import { addWeightsFlags, type WeightsFlags, weightsOf } from "../weights.ts";

/** The models that are compared, and the recipe of each. */
const CONTENDERS = [
  { name: "CNN", recipe: "cnn" },
  { name: "MobileNetV2, dense head", recipe: "mobilenetv2" },
  { name: "MobileNetV2, linear head", recipe: "mobilenetv2-linear" },
] as const;

// Without ImageNet weights a frozen backbone knows nothing: it is made small, and all of it is trained.
const FROM_RANDOM = { frozen: false, alpha: 0.35, imageSize: 96, epochs: 20 };

interface Flags extends WeightsFlags {
  readonly data?: string;
  readonly out: string;
  readonly seeds: number;
  readonly seed: number;
  readonly device: string;
  readonly threads?: number;
  readonly epochs?: number;
  readonly asPublished?: boolean;
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const reproduce: CommandModule = {
  define(command) {
    command
      .description(
        "Repeat the student project's comparison without its mistakes: a custom CNN against MobileNetV2 (frozen, if its ImageNet weights are given), with several seeds and intervals.",
      )
      .option("--data <dir>", "folder that contains Train/ and Test/ (default: synthetic smears, drawn in --out)")
      .option("--out <dir>", "folder for runs and report", "runs/reproduce")
      .option("--seeds <number>", "trainings per model", wholeNumber, 3)
      .option("--seed <number>", "first seed", number, 0)
      .option("--epochs <number>", "epochs of the CNN (default: its recipe's)", wholeNumber)
      .option("--as-published", "also repeat the published mistakes, to show the effect of each")
      .option("--resume", "resume the runs in --out")
      .option("--yes", "overwrite the runs in --out")
      .option("--skip-bad", "skip unreadable images and report how many");
    addSessionFlags(command);
    addWeightsFlags(command);
    addPictureFlags(command);
  },
  examples: [
    "leukogram reproduce --seeds 1",
    "leukogram reproduce --data cells --weights mobilenet_v2.h5",
    "leukogram reproduce --data cells --fetch-weights --as-published",
  ],
  async execute({ options, signal }) {
    const flags = options as unknown as Flags;
    const progress = new Progress(Boolean(flags.quiet));
    const data = flags.data ?? (await smears(flags, progress, signal));
    if (openData(data).test === undefined)
      throw new LeukogramError("ERR_DATA", `${data}: contains no Test folder`, {
        hint: "reproduce needs a folder that contains Train/ and Test/.",
      });
    const weights = await findWeights(weightsOf(flags), parseRecipe(readRecipe("mobilenetv2")), {
      tell: progress,
      signal,
    });
    const bench: Bench = { data, weights, flags, progress, signal };
    const contenders = [];
    for (const { name, recipe } of CONTENDERS) contenders.push(await train(bench, name, readRecipe(recipe)));
    const faults = flags.asPublished
      ? await faultsAsPublished(
          { data, out: flags.out, pretrained: weights !== undefined },
          (name, folder, recipe, from) =>
            runOne({ ...bench, data: from }, name, folder, recipeFor(recipe, flags.seed, bench)),
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
    const notes =
      faults.length === 0
        ? []
        : [
            faultNote(
              contenders.map(({ model }) => model),
              faults,
            ),
          ];
    const warnings = caveats(flags, weights);
    const report = join(flags.out, "report.html");
    await writeFileWhole(
      report,
      comparisonReport({
        title: titleOf(
          contenders.map(({ recipe }) => recipe),
          weights,
        ),
        dataName: dataName(data),
        models,
        comparisons,
        overSplits,
        warnings,
        notes,
        version: VERSION,
        bootstrap: { resamples: 2000, seed: 0 },
      }),
    );
    const result = {
      models: models.map((model) => ({
        name: model.name,
        seeds: model.seeds,
        testAccuracy: model.evaluations.map(({ accuracy }) => accuracy),
        balancedAccuracy: model.evaluations.map(({ balancedAccuracy }) => balancedAccuracy),
        macroF1: model.evaluations.map(({ macroF1 }) => macroF1),
        generalisationGap: gapsOf(model),
        trainingSeconds: model.trainingSeconds,
        trainingCpuSeconds: model.trainingCpuSeconds,
        costs: model.costs,
      })),
      comparisons,
      overSplits,
      faults,
      report,
    };
    await writeFileWhole(join(flags.out, "result.json"), `${JSON.stringify(result, undefined, 2)}\n`);
    print(Boolean(flags.json), result, () =>
      [
        comparisonTable(models),
        "",
        `Intervals are 95 %: over test images for one seed, over seeds (Student's t) for several. Gap: training minus test accuracy, in percentage points.`,
        "",
        ...comparisons.map(({ verdict }) => verdict),
        ...overSplits.map(splitSentence),
        ...notes.flatMap(({ heading, paragraphs }) => ["", heading, ...paragraphs]),
        "",
        ...warnings.map((warning) => `Note: ${warning}`),
        `Report: ${report}`,
      ].join("\n"),
    );
  },
};

/** A recipe of configs/ as it is run here. */
function recipeFor(values: Readonly<Record<string, unknown>>, seed: number, { flags, weights }: Bench): Recipe {
  const { epochs, device, threads } = flags;
  const own = values.model === "cnn" ? epochs !== undefined && { epochs } : weights === undefined && FROM_RANDOM;
  return parseRecipe({ ...values, ...own, seed, device, ...(threads !== undefined && { threads }) }, "settings");
}

interface Bench {
  readonly data: string;
  readonly weights: string | undefined;
  readonly flags: Flags;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function smears({ out, resume }: Flags, progress: Progress, signal: AbortSignal): Promise<string> {
  const folder = join(out, "synthetic-smears");
  progress.line(
    "No --data: drawing synthetic smears. They show no patient's cells; metrics on them only show that everything works.",
  );
  if (!resume)
    await drawSmears(folder, { signal, onProgress: (done, total) => progress.stage("Drawing smears", done, total) });
  return folder;
}

async function train(
  bench: Bench,
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<{ model: ComparedModel; recipe: Recipe; runs: readonly JudgedRun[] }> {
  const { seeds: count, seed: start, out } = bench.flags;
  const seeds = Array.from({ length: count }, (_, i) => start + i);
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const runs: JudgedRun[] = [];
  for (const seed of seeds) {
    runs.push(await runOne(bench, `${name}, seed ${seed}`, `${slug}-seed${seed}`, recipeFor(values, seed, bench)));
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

async function runOne(
  { data, weights, flags, progress, signal }: Bench,
  name: string,
  folder: string,
  recipe: Recipe,
): Promise<JudgedRun> {
  const out = join(flags.out, folder);
  progress.line(`\n${name}`);
  return trainJob({
    ...{ data, out, recipe, weights, signal },
    leaveOneOut: false,
    resume: Boolean(flags.resume),
    replace: Boolean(flags.yes),
    skipBad: Boolean(flags.skipBad),
    givesCommand: false,
    // One a run, as each tells the time that is left of its own epochs.
    onProgress: new Progress(Boolean(flags.quiet)).hear,
  });
}

// Both heads stand on the same backbone, trained alike.
function titleOf(recipes: readonly Recipe[], weights: string | undefined): string {
  const names = recipes.map((recipe) => trainedName(recipe, { pretrained: weights !== undefined }));
  return [...new Set(names)].join(" against ");
}

function caveats({ data, seeds }: Flags, weights: string | undefined): string[] {
  const warnings: string[] = [];
  if (data === undefined) warnings.push("These are synthetic drawings: no metric here says anything about real blood.");
  if (weights === undefined)
    warnings.push(
      `MobileNetV2 had no ImageNet weights: a small MobileNetV2 (alpha ${FROM_RANDOM.alpha}, ${FROM_RANDOM.imageSize}x${FROM_RANDOM.imageSize}) was trained entirely from random weights, so this is no test of transfer learning. Supply the weights with --weights or --fetch-weights.`,
    );
  if (seeds === 1) warnings.push("One seed each: another seed may reverse a small difference.");
  warnings.push("Training and test images come from one laboratory; expect much worse results in another.");
  return warnings;
}

function faultNote(models: readonly ComparedModel[], faults: Awaited<ReturnType<typeof faultsAsPublished>>): Note {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  return {
    heading: "The published mistakes, one at a time",
    paragraphs: faults.map(({ name, base, explanation, validationAccuracy, testAccuracy }) => {
      const right = models.find((model) => model.name === base)!.evaluations[0]!.accuracy.value;
      return `${name}: ${explanation} Validation ${share(validationAccuracy)}, test ${share(testAccuracy)}; without the mistake, test ${share(right)}.`;
    }),
  };
}

export default reproduce;
