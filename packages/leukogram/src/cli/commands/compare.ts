import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { openData } from "../../data/dataset.ts";
import { partToJudge } from "../../data/laboratories.ts";
import type { ToldScales } from "../../data/toldScales.ts";
import { CellCrops, type CropSummary } from "../../evaluation/cellCrops.ts";
import { loadClassifier } from "../../evaluation/classifier.ts";
import { comparePredictions } from "../../evaluation/compare.ts";
import { compareSplits, splitSentence, trainingsOfSplits } from "../../evaluation/compareSplits.ts";
import { readCrossValidation } from "../../evaluation/crossValidate.ts";
import { answerImages, measureSpeed } from "../../evaluation/evaluateModel.ts";
import { familiarityWarning, judgeFamiliarity } from "../../evaluation/familiarity.ts";
import { type ForeignOptions, isForeign } from "../../evaluation/foreignModel.ts";
import { readPredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { cropSentences, scaleJson } from "../../evaluation/scaleWords.ts";
import type { Costs } from "../../evaluation/types.ts";
import { comparisonTable } from "../../report/comparisonTable.ts";
import { comparisonReport } from "../../report/html.ts";
import { runFiles } from "../../run/runFolder.ts";
import { trainingTime } from "../../training/processorTime.ts";
import { readHistory } from "../../training/readHistory.ts";
import { VERSION } from "../../version.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, type ModelFlags, modelJson, tellModel } from "../foreignModel.ts";
import { addSessionFlags, print, sessionOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { requireOwnReport } from "../reportFile.ts";
import { addScaleFlag, type ScaleFlag, tellScale, toldScalesOf } from "../scaleFlag.ts";
import { readRunKind, type SeedRun, seedsTogether } from "../seedRuns.ts";

const UNKNOWN: Costs = {
  parameters: undefined,
  fileBytes: undefined,
  trainingSeconds: undefined,
  millisecondsPerImage: undefined,
};

/** Flags of `compare`. */
interface Flags extends ScaleFlag, ModelFlags {
  readonly data?: string;
  readonly out?: string;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const compare: CommandModule = {
  define(command) {
    command
      .description(
        "Compare two or more models on the same images: metrics, differences, tests, and a verdict in words. Runs that differ only in their seed count as one model.",
      )
      .argument(
        "<models...>",
        "run folders, model files, names of built-in models, predictions.csv files, or crossvalidate folders",
      )
      .option("--data <dir>", "labelled images (default: the test predictions in the run folders)")
      .option("--group-by <column>", "with --data: manifest column that groups images for resampling: patient, slide")
      .option("--out <file>", "write an HTML report")
      .option("--skip-bad", "skip unreadable images");
    addModelFlags(command);
    addScaleFlag(command, { several: true });
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram compare runs/cnn runs/mobilenetv2",
    "leukogram compare runs/cnn runs/mobilenetv2 --data cells --out comparison.html",
    "leukogram compare runs/cnn-cv runs/mobilenetv2-cv",
    "leukogram compare runs/cnn-seed* runs/mobilenetv2-seed*",
    "leukogram compare theirs/predictions.csv runs/cnn/predictions/test.csv --json",
  ],
  async execute({ args: [paths], options, signal }) {
    const flags = options as Flags;
    const names = modelNames(paths as string[]);
    if (names.length < 2)
      throw new LeukogramError("ERR_USAGE", "compare: expected two or more models", {
        hint: "Give run folders, model files or predictions.csv files, separated by spaces.",
      });
    if (flags.scale !== undefined && flags.data === undefined)
      throw new LeukogramError("ERR_USAGE", "compare: --scale requires --data", {
        hint: "Without --data, saved predictions are compared.",
      });
    if (flags.out !== undefined) requireOwnReport(flags.out);
    const progress = new Progress(Boolean(flags.quiet));
    const models: SeedRun[] = [];
    // Flags say what they say of those that another program wrote.
    const foreignOnes = new Set((paths as string[]).filter((path) => !path.endsWith(".csv") && isForeign(path)));
    const assumed: Record<string, unknown> = {};
    const cropped: { readonly name: string; readonly crops: CropSummary | undefined }[] = [];
    for (const [i, path] of (paths as string[]).entries()) {
      const { data, skipBad = false } = flags;
      const told = toldScalesOf(flags);
      const name = names[i]!;
      const foreign = foreignOnes.size > 0 && !foreignOnes.has(path) ? {} : foreignOf(flags);
      const answering = { data, skipBad, told, foreign, options, progress, signal };
      const { crops, assumptions, ...answered } = await answersOf(path, answering);
      if (assumptions !== undefined) assumed[name] = assumptions;
      models.push({ name, ...answered });
      cropped.push({ name, crops });
    }
    const compared = seedsTogether(models);
    const comparisons = comparePredictions(compared);
    const overSplits = compareSplits(compared);
    const warnings = [
      ...(overSplits.length > 0 ? [] : ["Each model was trained once: another seed may reverse a small difference."]),
      ...models.flatMap(({ name, predictions }) => {
        const warning = familiarityWarning(judgeFamiliarity(predictions.rows.map((row) => row.familiarity)));
        return warning === undefined ? [] : [`${name}: ${warning}`];
      }),
      ...cropped.flatMap(({ name, crops }) => cropSentences(crops).map((text) => `${name}: ${text}`)),
    ];
    const scales = cropped.flatMap(({ name, crops }) => (crops ? [[name, scaleJson(crops)] as const] : []));
    if (flags.out !== undefined)
      await writeFileWhole(
        flags.out,
        comparisonReport({
          title: names.join(" against "),
          dataName: flags.data ?? "test images",
          models: compared,
          comparisons,
          overSplits,
          warnings,
          version: VERSION,
        }),
      );
    const result = {
      models: compared.map(({ name, seeds, evaluations, costs }) => ({
        name,
        ...evaluations[0],
        costs,
        ...(seeds.length > 1 && { seeds, accuracyBySeed: evaluations.map(({ accuracy }) => accuracy.value) }),
      })),
      comparisons,
      ...(overSplits.length > 0 && { overSplits }),
      ...(scales.length > 0 && { scale: Object.fromEntries(scales) }),
      ...(Object.keys(assumed).length > 0 && { assumptions: assumed }),
    };
    print(Boolean(flags.json), result, () =>
      [
        comparisonTable(compared),
        "",
        ...comparisons.map(({ verdict }) => verdict),
        ...overSplits.map(splitSentence),
        ...warnings,
      ].join("\n"),
    );
  },
};

// Names that tell the models apart: as few parts of the path as that takes.
function modelNames(paths: readonly string[]): string[] {
  const short = paths.map((path) => basename(path));
  return new Set(short).size === paths.length ? short : [...paths];
}

interface AnswerOptions {
  readonly data: string | undefined;
  readonly skipBad: boolean;
  readonly told: ToldScales;
  readonly foreign: ForeignOptions;
  readonly options: Readonly<Record<string, unknown>>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function answersOf(
  path: string,
  { data, skipBad, told, foreign, options, progress, signal }: AnswerOptions,
): Promise<Omit<SeedRun, "name"> & { readonly crops?: CropSummary | undefined; readonly assumptions?: object }> {
  const crossValidation = data === undefined ? readCrossValidation(path) : undefined;
  if (crossValidation !== undefined)
    return {
      predictions: await readPredictionsCsv(runFiles(path).answers),
      history: [],
      costs: UNKNOWN,
      run: undefined,
      trainings: trainingsOfSplits(crossValidation),
    };
  if (path.endsWith(".csv"))
    return { predictions: await readPredictionsCsv(path), history: [], costs: UNKNOWN, run: undefined };
  const isRun = existsSync(path) && statSync(path).isDirectory();
  const run = isRun ? readRunKind(path) : undefined;
  const history = isRun ? readHistory(path) : [];
  const classifier = await loadClassifier(path, { ...sessionOf(options), foreign });
  tellModel(progress, { notes: (classifier.notes ?? []).map((note) => `${path}: ${note}`) });
  try {
    const time = trainingTime(history);
    const costs: Costs = {
      parameters: classifier.parameters,
      fileBytes: classifier.fileBytes,
      trainingSeconds: time?.seconds,
      trainingCpuSeconds: time?.cpuSeconds,
      ...(await measureSpeed(classifier)),
    };
    const stored = runFiles(path).predictionsOf("test");
    if (data === undefined && !(isRun && existsSync(stored)))
      throw new LeukogramError("ERR_USAGE", `compare: ${path} has no test predictions`, {
        hint: "Give labelled images with --data.",
      });
    if (data === undefined) return { predictions: await readPredictionsCsv(stored), history, costs, run };
    const dataset = partToJudge(openData(data, labelledDataOf(options)), data);
    const onProgress = (done: number, total: number) => progress.stage(`Classifying with ${path}`, done, total);
    const { samples } = dataset;
    const crops = await CellCrops.plan(classifier, samples, { told, signal });
    tellScale(progress, crops);
    const answers = await answerImages(classifier, dataset, samples, { skipBad, crops, signal, onProgress });
    return { predictions: answers.predictions, history, costs, run, crops: answers.crops, ...modelJson(classifier) };
  } finally {
    await classifier.close();
  }
}

export default compare;
