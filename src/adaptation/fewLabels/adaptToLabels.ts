import { LeukogramError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { Rng } from "../../core/rng.ts";
import type { Sample } from "../../data/dataset.ts";
import { comparePredictions } from "../../evaluation/compare.ts";
import { evaluatePredictions } from "../../evaluation/evaluate.ts";
import type { Evaluation, Predictions } from "../../evaluation/types.ts";
import type { SessionOptions } from "../../runtime/session.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { remember } from "../labelFree/batchStatistics.ts";
import type { OpenRun } from "../openRun.ts";
import { type FitTopOptions, fitTop, oldFeatures, type Way } from "./fitTop.ts";
import { viewCells } from "./labelledCells.ts";
import { hasBlocks, headFeatures, headLogits, ownFeatures, softmaxRows, topPart } from "./topPart.ts";

/** Options of {@link adaptToLabels}. */
export interface AdaptToLabelsOptions extends SessionOptions {
  /** Accuracy that may be lost on the old laboratory, a share; default 0.01. */
  readonly homeLoss?: number;
  /** What is tried; default: heads held fast to loosely, and last blocks where the model has some. */
  readonly ways?: readonly Way[];
  /** Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** A way to learn, and what it got on labelled cells that it had not seen. */
export interface TriedWay extends Way {
  /** Mean over classes, of five cells or more, of the mean negative logarithm of the right class's probability, calibrated. */
  readonly logLoss: number;
  readonly accuracy: number;
}

/** What was learned from a few labels. */
export interface LabelAdaptation {
  /** Whether the model was changed; where not, it is as good as what the labels could make of it. */
  readonly adapted: boolean;
  readonly reason: string;
  /** The way that was taken; undefined where none was better. */
  readonly way: Way | undefined;
  readonly tried: readonly TriedWay[];
  /** The labelled cells by the model as it was. */
  readonly before: { readonly predictions: Predictions; readonly evaluation: Evaluation };
  /** The same cells, each by a model that was adapted without it. */
  readonly after: { readonly predictions: Predictions; readonly evaluation: Evaluation };
  /** What to expect to gain, with 95 % limits. */
  readonly gain: { readonly accuracy: Estimate; readonly balancedAccuracy: Estimate };
  /** Accuracy on remembered cells of the old laboratory; undefined where the model remembers none. */
  readonly home: { readonly before: number; readonly after: number; readonly cells: number } | undefined;
  /** How far the model went from the old weights to those that the labels alone wanted: 1 is all the way. */
  readonly share: number;
}

const HEADS: readonly Way[] = [1, 0.1, 0.01, 0.001].map((pull) => ({
  name: `head, pull ${pull}`,
  pull,
  blockRate: 0,
  blockSteps: 0,
}));
const BLOCKS: Way = { name: "last blocks", pull: 0.1, blockRate: 7e-4, blockSteps: 100 };
const FOLDS = 5;
/** Shares of the way that are tried where all of it costs the old laboratory too much. */
const SHARES = [1, 0.75, 0.5, 0.25];

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
  const { homeLoss = 0.01, seed = 0, signal, onStage, ways = hasBlocks(run) ? [...HEADS, BLOCKS] : HEADS } = options;
  const cells = await viewCells(run, samples, {
    ...options,
    onProgress: (done, total) => onStage?.("Looking at cells", done, total),
  });
  const [learned, kept] = halves(run.memory);
  const features = await oldFeatures(run, { cells, home: learned }, options);
  const fit = { ...options, cells, home: learned, features, labelSmoothing: run.recipe.labelSmoothing, seed };
  const restore = remember(topPart(run).layers);
  const { tried, predictions } = await crossValidate(run, { ...fit, ways, signal, onStage });
  const before = asPredictions(run, samples, answers(run, features.fresh));
  const best = tried.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  const after = predictions.get(best)!;
  const outcome = judge(before, after);
  const old = { logLoss: classLogLoss(before), accuracy: outcome.before.evaluation.accuracy.value };
  const homeBefore = await homeAccuracy(run, kept, options);
  const better = best.logLoss < old.logLoss && outcome.gain.accuracy.value >= 0;
  const unchanged = (reason: string) => ({
    ...outcome,
    adapted: false,
    reason,
    way: undefined,
    tried,
    home: kept && { before: homeBefore, after: homeBefore, cells: kept.labels.length },
    share: 0,
  });
  if (!better) return unchanged("nothing that these labels taught was better than the model as it is");
  onStage?.("Learning from all labels", 0, 1);
  await fitTop(run, { ...fit, way: best, indices: samples.map((_, i) => i) });
  const reached = await withinHomeLoss(run, { restore, kept, limit: homeBefore - homeLoss, options });
  onStage?.("Learning from all labels", 1, 1);
  if (reached === undefined)
    return unchanged("what these labels taught would have cost the old laboratory more than was allowed");
  return {
    ...outcome,
    adapted: true,
    reason: `${best.name}: log loss ${old.logLoss.toFixed(3)}, then ${best.logLoss.toFixed(3)} on cells not learned from`,
    way: best,
    tried,
    home: kept && { before: homeBefore, after: reached.accuracy, cells: kept.labels.length },
    share: reached.share,
  };
}

function requireEnough({ classes }: OpenRun, samples: readonly Sample[]): void {
  const counts = classes.map((_, k) => samples.filter(({ label }) => label === k).length);
  const known = counts.filter((count) => count >= 2).length;
  if (known >= 2) return;
  const found = classes.map((name, k) => `${name} ${counts[k]}`).join(", ");
  throw new LeukogramError(
    "ERR_DATA",
    `adapting takes two classes with two labelled cells or more, received ${found}`,
    {
      hint: "Label 5 to 40 cells a class; --suggest 20 names those that teach most.",
    },
  );
}

// The remembered cells, every other one of each class: to learn from, and to judge by.
function halves(memory: HomeMemory | undefined): [HomeMemory | undefined, HomeMemory | undefined] {
  if (memory === undefined) return [undefined, undefined];
  const seen = new Map<number, number>();
  const turn = memory.labels.map((label) => {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    return count % 2;
  });
  const size = memory.activations.length / memory.labels.length;
  const part = (wanted: number): HomeMemory => {
    const chosen = turn.flatMap((value, i) => (value === wanted ? [i] : []));
    const activations = new Float32Array(chosen.length * size);
    for (const [i, index] of chosen.entries())
      activations.set(memory.activations.subarray(index * size, (index + 1) * size), i * size);
    return { shape: memory.shape, labels: chosen.map((i) => memory.labels[i]!), activations };
  };
  return turn.includes(1) ? [part(0), part(1)] : [undefined, undefined];
}

async function crossValidate(
  run: OpenRun,
  {
    signal,
    onStage,
    ways,
    ...fit
  }: Omit<FitTopOptions, "way" | "indices"> &
    Pick<AdaptToLabelsOptions, "signal" | "onStage"> & { readonly ways: readonly Way[] },
): Promise<{ tried: TriedWay[]; predictions: Map<TriedWay, Predictions> }> {
  const { cells, seed } = fit;
  const folds = foldOf(cells.labels, new Rng(seed).fork("folds"));
  const restore = remember(topPart(run).layers);
  const rows = ways.map(() => new Array<number[]>(cells.samples.length));
  let done = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const outside = cells.labels.flatMap((_, i) => (folds[i] === fold ? [] : [i]));
    for (const [w, way] of ways.entries()) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "adapting was interrupted");
      onStage?.("Cross-validating", done++, FOLDS * ways.length);
      await fitTop(run, { ...fit, way, indices: outside });
      const seen = way.blockSteps > 0 ? await ownFeatures(run, cells, fit) : fit.features.fresh;
      const all = answers(run, seen);
      for (const [i, own] of folds.entries()) if (own === fold) rows[w]![i] = all[i]!;
      restore();
    }
  }
  onStage?.("Cross-validating", done, FOLDS * ways.length);
  const judged = ways.map((way, w) => {
    const predictions = asPredictions(run, cells.samples, rows[w]!);
    const tried: TriedWay = { ...way, logLoss: classLogLoss(predictions), accuracy: accuracyOf(predictions) };
    return [tried, predictions] as const;
  });
  return { tried: judged.map(([tried]) => tried), predictions: new Map(judged) };
}

// Folds of equal mixture: each class's cells in random order, dealt out in turns.
function foldOf(labels: readonly number[], rng: Rng): number[] {
  const folds = new Array<number>(labels.length);
  let next = 0;
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) {
    const own = rng.fork(label).shuffle(labels.flatMap((value, i) => (value === label ? [i] : [])));
    for (const i of own) folds[i] = next++ % FOLDS;
  }
  return folds;
}

function answers(run: OpenRun, features: Float32Array): number[][] {
  return softmaxRows(headLogits(run, features), run.classes.length);
}

function asPredictions({ classes }: OpenRun, samples: readonly Sample[], rows: readonly number[][]): Predictions {
  return {
    classes,
    rows: samples.map(({ file, label, group }, i) => ({ file, label, group, probabilities: rows[i]! })),
  };
}

const accuracyOf = ({ rows }: Predictions) =>
  rows.filter(({ label, probabilities }) => probabilities[label!]! >= Math.max(...probabilities)).length / rows.length;

/** Exponents on probabilities, from blunter to sharper. */
const SHARPNESS = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];

// At the exponent that suits best, so that a way is not judged by how sure of itself it is.
function classLogLoss(predictions: Predictions): number {
  return Math.min(...SHARPNESS.map((power) => sharpenedLogLoss(predictions, power)));
}

function sharpenedLogLoss({ rows, classes }: Predictions, power: number): number {
  const byClass = classes.map((_, k) => rows.filter(({ label }) => label === k)).filter((own) => own.length > 0);
  // A class of fewer cells than folds is judged by models that hardly saw it.
  const judged = byClass.filter((own) => own.length >= FOLDS);
  const means = (judged.length > 0 ? judged : byClass).map((own) => {
    const losses = own.map(({ label, probabilities }) => {
      const powers = probabilities.map((value) => Math.max(value, 1e-12) ** power);
      return -Math.log(powers[label!]! / powers.reduce((a, b) => a + b));
    });
    return losses.reduce((a, b) => a + b) / losses.length;
  });
  return means.reduce((a, b) => a + b) / means.length;
}

function judge(before: Predictions, after: Predictions): Pick<LabelAdaptation, "before" | "after" | "gain"> {
  const [pair] = comparePredictions([
    { name: "adapted", predictions: after },
    { name: "as it was", predictions: before },
  ]);
  return {
    before: { predictions: before, evaluation: evaluatePredictions(before) },
    after: { predictions: after, evaluation: evaluatePredictions(after) },
    gain: { accuracy: pair!.accuracyDifference, balancedAccuracy: pair!.balancedAccuracyDifference },
  };
}

async function homeAccuracy(run: OpenRun, kept: HomeMemory | undefined, options: SessionOptions): Promise<number> {
  if (kept === undefined) return Number.NaN;
  const rows = softmaxRows(headLogits(run, await headFeatures(run, kept, options)), run.classes.length);
  return rows.filter((row, i) => row[kept.labels[i]!]! >= Math.max(...row)).length / rows.length;
}

// Draws the weights back towards the old ones until the old laboratory loses no more than it may.
async function withinHomeLoss(
  run: OpenRun,
  {
    restore,
    kept,
    limit,
    options,
  }: { restore: () => void; kept: HomeMemory | undefined; limit: number; options: SessionOptions },
): Promise<{ share: number; accuracy: number } | undefined> {
  const weights = topPart(run).layers.flatMap((layer) => layer.weights);
  const wanted = weights.map(({ value }) => value);
  restore();
  const old = weights.map(({ value }) => value);
  for (const share of SHARES) {
    for (const [w, weight] of weights.entries())
      weight.value = old[w]!.map((value, j) => value + share * (wanted[w]![j]! - value));
    const accuracy = await homeAccuracy(run, kept, options);
    if (kept === undefined || accuracy >= limit - 1e-9) return { share, accuracy };
  }
  restore();
  return undefined;
}
