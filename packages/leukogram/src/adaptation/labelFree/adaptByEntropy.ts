import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Model } from "@leukogram/engine/nn/model";
import type { Pictures } from "../pictures.ts";
import {
  type Adaptation,
  type AdaptOptions,
  changeText,
  LEAST_PICTURES,
  percent,
  refusal,
  tooFew,
} from "./adaptation.ts";
import { batchNormalizations, remember } from "./batchStatistics.ts";
import { balancedBatches, totalVariation } from "./pseudoLabels.ts";
import { createTentSteps, type TentSteps } from "./tentSteps.ts";
import { type ViewAnswers, viewProbabilities } from "./viewProbabilities.ts";

/** Passes over the pictures. */
const EPOCHS = 2;
const BATCH = 32;
/** A model that becomes surer by itself soon names one class for all: predicted shares may move by little. */
const MOST_MOVED = 0.08;

/** Options of {@link adaptByEntropy}. */
export interface EntropyOptions extends AdaptOptions {
  /** Of Adam; default 1e-4. */
  readonly learningRate?: number;
}

/**
 * Makes a model surer of its answers to a new laboratory's pictures (TENT). After each pass over them the model is
 * asked again: where predicted classes shift, or mirrored views of a cell agree no better, it goes back to what was
 * good before and stops.
 *
 * @throws ERR_ABORTED; ERR_CONFIG if the model has no batch normalisation.
 */
export async function adaptByEntropy(
  model: Model,
  pictures: Pictures,
  { seed = 0, learningRate = 1e-4, ...options }: EntropyOptions = {},
): Promise<Adaptation> {
  const layers = batchNormalizations(model);
  if (pictures.count < LEAST_PICTURES) return refusal(tooFew(pictures));
  const before = await viewProbabilities(model, pictures, options);
  const rng = new Rng(seed).fork("tent");
  const steps = await createTentSteps(model, { ...options, batchSize: BATCH });
  let good = before;
  try {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const old = remember(layers);
      await runEpoch(steps, {
        pictures,
        predicted: before.predicted,
        learningRate,
        rng: rng.fork(epoch),
        signal: options.signal,
      });
      const after = await viewProbabilities(model, pictures, options);
      const fault = faultOf({ start: before, before: good, after });
      if (fault !== undefined) {
        old();
        return ended(before, good, fault);
      }
      good = after;
    }
  } finally {
    await steps.close();
  }
  return ended(before, good, undefined);
}

interface Epoch {
  readonly pictures: Pictures;
  readonly predicted: readonly number[];
  readonly learningRate: number;
  readonly rng: Rng;
  readonly signal: StopSignal | undefined;
}

// Batches in which predicted classes are equally frequent: else the most frequent one would draw the others to it.
async function runEpoch(steps: TentSteps, { pictures, predicted, learningRate, rng, signal }: Epoch): Promise<void> {
  const classes = 1 + Math.max(...predicted);
  for (const batch of balancedBatches(predicted, { classes, batchSize: BATCH, rng })) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "adapting was interrupted");
    await steps.step(pictures, batch, learningRate);
  }
  steps.writeWeights();
}

interface Course {
  readonly start: ViewAnswers;
  readonly before: ViewAnswers;
  readonly after: ViewAnswers;
}

// Why an epoch did no good; undefined if it did.
function faultOf({ start, before, after }: Course): string | undefined {
  const moved = totalVariation(start.shares, after.shares);
  if (moved > MOST_MOVED) return `predictions would change for ${percent(moved)} of the images`;
  if (after.disagreement >= before.disagreement)
    return `predictions for views of the same cell do not agree better (${changeText(before, after)})`;
  return undefined;
}

function ended(before: ViewAnswers, good: ViewAnswers, fault: string | undefined): Adaptation {
  if (good === before) return { applied: false, reason: fault!, before, after: undefined };
  const stopped = fault === undefined ? "" : `; then stopped, because ${fault}`;
  return {
    applied: true,
    reason: `more certain, and predictions for views of the same cell agree better (${changeText(before, good)})${stopped}`,
    before,
    after: good,
  };
}
