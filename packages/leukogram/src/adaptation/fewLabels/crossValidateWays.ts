import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Sample } from "../../data/sample.ts";
import { indicesByClass } from "../../data/sampling/sampler.ts";
import { predictedClass } from "../../evaluation/checkPredictions.ts";
import type { Predictions } from "../../evaluation/types.ts";
import { remember } from "../labelFree/batchStatistics.ts";
import type { OpenRun } from "../openRun.ts";
import { type FitTopOptions, fitTop, type Way } from "./fitTop.ts";
import type { Cells } from "./labelledCells.ts";
import { headLogits, ownFeatures, softmaxRows, topPart } from "./topPart.ts";

/** A way to learn, and what it got on labelled cells that it had not seen. */
export interface TriedWay extends Way {
  /** Mean over classes, of five cells or more, of the mean negative logarithm of the right class's probability, calibrated. */
  readonly logLoss: number;
  readonly accuracy: number;
}

/** What {@link crossValidateWays} takes beside the run. */
export interface CrossValidateWaysOptions extends Omit<FitTopOptions, "way" | "indices"> {
  readonly ways: readonly Way[];
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

const FOLDS = 5;

/**
 * Judges each way to learn on cells that it had not seen, in five folds of equal mixture; groups stay whole where there are
 * five or more. Leaves the weights as they were.
 *
 * @throws ERR_ABORTED
 */
export async function crossValidateWays(
  run: OpenRun,
  { signal, onStage, ways, ...fit }: CrossValidateWaysOptions,
): Promise<{ tried: TriedWay; predictions: Predictions }[]> {
  const { cells, seed } = fit;
  const folds = foldOf(cells, new Rng(seed).fork("folds"));
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
  return ways.map((way, w) => {
    const predictions = asPredictions(run, cells.samples, rows[w]!);
    const tried: TriedWay = { ...way, logLoss: classLogLoss(predictions), accuracy: accuracyOf(predictions) };
    return { tried, predictions };
  });
}

// Folds of equal mixture: each class's cells in random order, dealt out in turns; what belongs together goes together,
// unless there are fewer groups than folds.
function foldOf({ labels, samples }: Pick<Cells, "labels" | "samples">, rng: Rng): number[] {
  const folds = new Map<string, number>();
  const groups = samples.map(({ group }) => group);
  const keys = new Set(groups).size < FOLDS ? samples.map((_, i) => `${i}`) : groups;
  let next = 0;
  for (const [label, own] of indicesByClass(labels, Math.max(...labels) + 1).entries())
    for (const i of rng.fork(label).shuffle(own)) {
      const key = keys[i]!;
      if (!folds.has(key)) folds.set(key, next++ % FOLDS);
    }
  return keys.map((key) => folds.get(key)!);
}

/** Probabilities of cells by the head as it is. */
export function answers(run: OpenRun, features: Float32Array): number[][] {
  return softmaxRows(headLogits(run, features), run.classes.length);
}

/** Cells and their probabilities as rows of predictions.csv. */
export function asPredictions(
  { classes }: OpenRun,
  samples: readonly Sample[],
  rows: readonly number[][],
): Predictions {
  return {
    classes,
    rows: samples.map(({ file, label, group }, i) => ({ file, label, group, probabilities: rows[i]! })),
  };
}

const accuracyOf = ({ rows }: Predictions) =>
  rows.filter((row) => predictedClass(row) === row.label).length / rows.length;

/** Exponents on probabilities, from blunter to sharper. */
const SHARPNESS = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];

/** The log loss at the exponent that suits best, so that a way is not judged by how sure of itself it is. */
export function classLogLoss(predictions: Predictions): number {
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
