import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { Sample } from "../../data/sample.ts";
import { comparePredictions } from "../../evaluation/compare.ts";
import { evaluatePredictions } from "../../evaluation/evaluate.ts";
import type { Evaluation, Predictions } from "../../evaluation/types.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { remember } from "../labelFree/batchStatistics.ts";
import type { OpenRun } from "../openRun.ts";
import { answers, asPredictions, classLogLoss, crossValidateWays, type TriedWay } from "./crossValidateWays.ts";
import { fitTop, oldFeatures, type Way } from "./fitTop.ts";
import { halves, homeAccuracy, withCells, withinHomeLoss } from "./homeGuard.ts";
import { viewCells } from "./labelledCells.ts";
import { hasBlocks, topPart } from "./topPart.ts";
import { votingPool } from "./votingPool.ts";

/** Options of {@link adaptToLabels}. */
export interface AdaptToLabelsOptions extends SessionOptions {
  /** Accuracy that may be lost on the old laboratory, a share; default 0.01. */
  readonly homeLoss?: number;
  /** What is tried; default: heads held fast to loosely, and last blocks where the model has some. */
  readonly ways?: readonly Way[];
  /** Images of cells without labels: neighbours vote on them, and ways that learn from votes are tried too. */
  readonly unlabelled?: readonly string[] | undefined;
  /** Default: 0. */
  readonly seed?: number;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** What was learned from a few labels. */
export interface LabelAdaptation {
  /** Whether the model was changed; where not, it is as good as what the labels could make of it. */
  readonly adapted: boolean;
  readonly reason: string;
  /** The way that was taken; undefined if none was better. */
  readonly way: Way | undefined;
  readonly tried: readonly TriedWay[];
  /** The labelled cells by the model as it was. */
  readonly before: { readonly predictions: Predictions; readonly evaluation: Evaluation };
  /** The same cells, each by a model that was adapted without it. */
  readonly after: { readonly predictions: Predictions; readonly evaluation: Evaluation };
  /** What to expect to gain, with 95 % limits. */
  readonly gain: { readonly accuracy: Estimate; readonly balancedAccuracy: Estimate };
  /** Accuracy on remembered cells of the old laboratory; undefined if the model remembers none. */
  readonly home: { readonly before: number; readonly after: number; readonly cells: number } | undefined;
  /** How far the model went from the old weights to those that the labels alone wanted: 1 is all the way. */
  readonly share: number;
  /** What the model now remembers: where it was changed, the labelled cells too. */
  readonly memory: HomeMemory | undefined;
}

const HEADS: readonly Way[] = [1, 0.1, 0.01, 0.001].map((pull) => ({
  name: `head, pull ${pull}`,
  pull,
  blockRate: 0,
  blockSteps: 0,
}));
const BLOCKS: Way = { name: "last blocks", pull: 0.1, blockRate: 7e-4, blockSteps: 100 };

const VOTES = 0.5;
const VOTED_HEADS: readonly Way[] = HEADS.slice(1, 3).map((way) => ({
  ...way,
  name: `votes and ${way.name}`,
  votes: VOTES,
}));
const VOTED_BLOCKS: Way = { ...BLOCKS, name: "votes and last blocks", votes: VOTES };

/** The ways that are tried unless told: heads held fast to loosely, last blocks where there are some; each with votes. */
function usualWays(run: OpenRun, hasPool: boolean): readonly Way[] {
  const blocks = hasBlocks(run) ? [BLOCKS, ...(hasPool ? [VOTED_BLOCKS] : [])] : [];
  return [...HEADS, ...(hasPool ? VOTED_HEADS : []), ...blocks];
}

/**
 * Adapts a run's model to another laboratory by a few labelled cells: the head, or the head and the last blocks, as
 * cross-validation on these cells decides. Half of the cells that the model remembers of its own laboratory are learned
 * from too; the other half tell what it lost there, and the new weights are drawn back towards the old ones until that
 * is within `homeLoss` (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Changes the run's weights, or
 * leaves them as they were where the labels make nothing better.
 *
 * @throws ERR_DATA for too few cells; ERR_IMAGE; ERR_ABORTED.
 */
export async function adaptToLabels(
  run: OpenRun,
  samples: readonly Sample[],
  options: AdaptToLabelsOptions = {},
): Promise<LabelAdaptation> {
  requireEnough(run, samples);
  const { homeLoss = 0.01, seed = 0, signal, onStage, unlabelled = [] } = options;
  const ways = options.ways ?? usualWays(run, unlabelled.length > 0);
  const cells = await viewCells(run, samples, {
    ...options,
    onProgress: (done, total) => onStage?.("Reading cells", done, total),
  });
  const [learned, kept] = halves(run.memory);
  const features = await oldFeatures(run, { cells, home: learned }, options);
  const labelled = { cells, features: features.fresh };
  const pool = unlabelled.length > 0 ? await votingPool(run, unlabelled, { ...options, labelled }) : undefined;
  const fit = { ...options, cells, pool, home: learned, features, labelSmoothing: run.recipe.labelSmoothing, seed };
  const restore = remember(topPart(run).layers);
  const judged = await crossValidateWays(run, { ...fit, ways, signal, onStage });
  const before = asPredictions(run, samples, answers(run, features.fresh));
  const { tried: best, predictions: after } = judged.reduce((a, b) => (b.tried.logLoss < a.tried.logLoss ? b : a));
  const outcome = { ...judge(before, after), tried: judged.map(({ tried }) => tried) };
  const oldLoss = classLogLoss(before);
  const homeBefore = await homeAccuracy(run, kept, options);
  const better = best.logLoss < oldLoss && outcome.gain.accuracy.value >= 0;
  const unchanged = (reason: string) => ({
    ...outcome,
    adapted: false,
    reason,
    way: undefined,
    home: kept && { before: homeBefore, after: homeBefore, cells: kept.labels.length },
    share: 0,
    memory: run.memory,
  });
  if (!better) return unchanged("no method trained on these labels was better than the original model");
  onStage?.("Training on all labels", 0, 1);
  await fitTop(run, { ...fit, way: best, indices: samples.map((_, i) => i) });
  const reached = await withinHomeLoss(run, { restore, kept, limit: homeBefore - homeLoss, options });
  onStage?.("Training on all labels", 1, 1);
  if (reached === undefined)
    return unchanged("training on these labels would lose more accuracy in the home laboratory than allowed");
  return {
    ...outcome,
    adapted: true,
    reason: `${best.name}: log loss ${oldLoss.toFixed(3)}, then ${best.logLoss.toFixed(3)} on held-out cells`,
    way: best,
    home: kept && { before: homeBefore, after: reached.accuracy, cells: kept.labels.length },
    share: reached.share,
    memory: withCells(run.memory, cells),
  };
}

function requireEnough({ classes }: OpenRun, samples: readonly Sample[]): void {
  const counts = classes.map((_, k) => samples.filter(({ label }) => label === k).length);
  const known = counts.filter((count) => count >= 2).length;
  if (known >= 2) return;
  const found = classes.map((name, k) => `${name} ${counts[k]}`).join(", ");
  throw new LeukogramError(
    "ERR_DATA",
    `adapting needs at least two classes with at least two labelled cells each, received ${found}`,
    {
      hint: "Label 5 to 40 cells per class; --suggest 20 lists the most useful cells to label.",
    },
  );
}

function judge(before: Predictions, after: Predictions): Pick<LabelAdaptation, "before" | "after" | "gain"> {
  const [pair] = comparePredictions([
    { name: "adapted", predictions: after },
    { name: "unchanged", predictions: before },
  ]);
  return {
    before: { predictions: before, evaluation: evaluatePredictions(before) },
    after: { predictions: after, evaluation: evaluatePredictions(after) },
    gain: { accuracy: pair!.accuracyDifference, balancedAccuracy: pair!.balancedAccuracyDifference },
  };
}
