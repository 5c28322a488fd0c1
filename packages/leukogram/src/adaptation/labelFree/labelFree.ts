import { statSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { ToldScales } from "../../data/scale/toldScales.ts";
import type { ScaledSample } from "../../data/scale/usedScales.ts";
import { type Classifier, type LoadOptions, loadClassifier } from "../../evaluation/classifier.ts";
import { CellCrops } from "../../evaluation/crops/cellCrops.ts";
import { judgeFamiliarity } from "../../evaluation/familiarity.ts";
import { requireNothingSaid } from "../../evaluation/foreign/foreignModel.ts";
import { isShippedName } from "../../shipped/shippedModels.ts";
import { type OpenRun, openRun } from "../openRun.ts";
import { readPictures } from "../pictures.ts";
import { adaptUnlabelled } from "../unlabelled/adaptUnlabelled.ts";
import { changesText } from "../unlabelled/voteSigns.ts";
import { percent } from "./adaptation.ts";
import { adaptByEntropy } from "./adaptByEntropy.ts";
import { adaptStatistics } from "./adaptStatistics.ts";
import { correctPriors } from "./priorCorrection.ts";
import { manyViews, ownViews, testTimeClassifier } from "./testTimeClassifier.ts";

/** What may be done for a new laboratory without its labels, before its images are classified. */
export interface LabelFreeOptions extends LoadOptions {
  /** Average over turned, mirrored and scaled views. */
  readonly tta?: boolean | undefined;
  /** Move batch-norm statistics to the new laboratory's. */
  readonly adaptStatistics?: boolean | undefined;
  /** Make the model surer of its answers (TENT). */
  readonly tent?: boolean | undefined;
  /** The files with their laboratories and scales; default: they are of one laboratory. */
  readonly samples?: readonly ScaledSample[] | undefined;
  /** Scales that the user tells. */
  readonly told?: ToldScales | undefined;
  /** Let the images' neighbours vote on each other. */
  readonly neighbours?: boolean | undefined;
  /** Leave images that can't be read out of the vote; default: they are an error. */
  readonly skipBad?: boolean | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** What was done, or why not, in words. */
export interface LabelFreeStep {
  readonly name:
    | "test-time augmentation"
    | "batch-norm statistics"
    | "entropy minimisation"
    | "neighbours' votes"
    | "prior correction";
  readonly applied: boolean;
  readonly reason: string;
}

/** A classifier as it was made ready for a new laboratory. */
export interface LabelFreeClassifier {
  readonly classifier: Classifier;
  /** How the cells of these images are cropped. */
  readonly crops: CellCrops;
  readonly steps: readonly LabelFreeStep[];
}

/**
 * Makes a model ready for the images of a new laboratory, of which no label is known. The model's files stay as they
 * are. Where nothing is asked for, it is loaded as it is.
 *
 * @throws ERR_FORMAT if the model can't be loaded, or is no run folder and is to be changed; ERR_USAGE as
 * `CellCrops.plan`; ERR_ABORTED.
 */
export async function labelFreeClassifier(
  path: string,
  files: readonly string[],
  options: LabelFreeOptions = {},
): Promise<LabelFreeClassifier> {
  const { tta, adaptStatistics: moves, tent, neighbours } = options;
  const samples = options.samples ?? files.map((file) => ({ path: file }));
  if (!tta && !moves && !tent && !neighbours) {
    const classifier = await loadClassifier(path, options);
    return { classifier, crops: await cropsOf(classifier, samples, options), steps: [] };
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory() && !isShippedName(path))
    throw new LeukogramError("ERR_FORMAT", `${path}: not a run folder; a model file alone can't be adapted`, {
      hint: "Give the folder of a finished run, or remove --tta, --adapt-statistics, --tent and --neighbours.",
    });
  if (options.foreign !== undefined) requireNothingSaid(path, options.foreign);
  const run = await openRun(path);
  const crops = await CellCrops.plan({ ...run, cropRedCells: run.recipe.cropRedCells }, samples, options);
  const steps: LabelFreeStep[] = moves || tent ? await adapted(run, files, { ...options, crops }) : [];
  // After the others: votes are on what the changed weights make of the cells.
  if (neighbours) steps.push(await votesOf(run, files, options));
  const views = tta ? manyViews(run) : ownViews(run);
  if (tta)
    steps.push({
      name: "test-time augmentation",
      applied: true,
      reason: `${views.views} rotated and flipped views of ${views.pictures.length} images: three crop sizes, a paler and a darker stain`,
    });
  return { classifier: await testTimeClassifier(run, views, options), crops, steps };
}

async function cropsOf(classifier: Classifier, samples: readonly ScaledSample[], options: LabelFreeOptions) {
  return CellCrops.plan(classifier, samples, options).catch(async (error) => {
    await classifier.close();
    throw error;
  });
}

// Nothing is written, so what the old laboratory loses by it is nobody's loss.
async function votesOf(
  run: OpenRun,
  files: readonly string[],
  { neighbours: _, ...options }: LabelFreeOptions,
): Promise<LabelFreeStep> {
  const { adapted, reason, signs } = await adaptUnlabelled(run, files, { ...options, homeLoss: 1 });
  const told = `changed predictions: ${changesText(signs)}; ${percent(signs.stability)} of votes are stable`;
  return { name: "neighbours' votes", applied: adapted, reason: adapted ? told : reason };
}

/** An image's probabilities, and how familiar it looks, where those are known. */
interface AnsweredRow {
  readonly probabilities: readonly number[] | undefined;
  readonly familiarity?: number | undefined;
}

/**
 * Rows whose probabilities are corrected for how frequent classes are among them, and what was done. Images that do not
 * look like the model's own are left as they are: its mistakes there look like another mixture of cells.
 */
export function withCorrectedPriors<T extends AnsweredRow>(
  rows: readonly T[],
  classes: readonly string[],
): { readonly rows: readonly T[]; readonly step: LabelFreeStep } {
  const familiarity = judgeFamiliarity(rows.map((row) => row.familiarity));
  if (familiarity?.warns) {
    const strange = `${percent(familiarity.unfamiliar.value)} of these images do not look like the model's training images`;
    const reason = `${strange}, and mistakes on such images look like a different mixture of cells. Adapt the model first (leukogram adapt --unlabelled)`;
    return { rows, step: { name: "prior correction", applied: false, reason } };
  }
  const known = rows.flatMap(({ probabilities }) => (probabilities ? [probabilities] : []));
  const { probabilities, priors, applied, reason } = correctPriors(known);
  const shares = classes.map((name, k) => `${name} ${percent(priors[k]!)}`).join(", ");
  let next = 0;
  return {
    rows: rows.map((row) => (row.probabilities ? { ...row, probabilities: probabilities[next++]! } : row)),
    step: { name: "prior correction", applied, reason: applied ? `${reason}: ${shares}` : reason },
  };
}

async function adapted(
  run: OpenRun,
  files: readonly string[],
  { onStage, crops, ...options }: LabelFreeOptions & { readonly crops: CellCrops },
): Promise<LabelFreeStep[]> {
  const { signal } = options;
  const steps: LabelFreeStep[] = [];
  const onProgress = (done: number, total: number) => onStage?.("Reading images to adapt to", done, total);
  const pictures = await readPictures(run, files, { redCellOf: crops.redCellOf, signal, onProgress });
  if (options.adaptStatistics) {
    onStage?.("Adapting batch-norm statistics", 0, 1);
    const { applied, reason } = await adaptStatistics(run.model, pictures, options);
    steps.push({ name: "batch-norm statistics", applied, reason });
  }
  if (options.tent) {
    onStage?.("Minimising entropy", 0, 1);
    const { applied, reason } = await adaptByEntropy(run.model, pictures, options);
    steps.push({ name: "entropy minimisation", applied, reason });
  }
  return steps;
}
