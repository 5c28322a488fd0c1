import { Rng } from "@leukogram/engine/core/rng";
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
import { batchNormalizations, mixStatistics, remember } from "./batchStatistics.ts";
import { balancedBatches, totalVariation } from "./pseudoLabels.ts";
import { type ViewAnswers, viewProbabilities } from "./viewProbabilities.ts";

/** Predicted shares of classes may move by so much in all; more is taken for collapse. */
export const MOST_MOVED = 0.2;
/** Views must contradict each other less than this share of what they did. */
const BETTER = 0.98;
/** Weights of the new laboratory's statistics that are tried. */
const SHARES = [0.15, 0.4];
const BATCH = 32;

/**
 * Moves a model's batch-norm statistics to a new laboratory's, where that shows to be for the better. Batches are
 * drawn so that predicted classes are equally frequent; two weights are tried, and the one is kept with which mirrored
 * views of the same cells contradict each other least. Where they contradict each other no less than before, or the
 * predicted classes shift too far, the model stays as it is.
 *
 * @throws ERR_ABORTED; ERR_CONFIG if the model has no batch normalisation.
 */
export async function adaptStatistics(
  model: Model,
  pictures: Pictures,
  { seed = 0, ...options }: AdaptOptions = {},
): Promise<Adaptation> {
  const layers = batchNormalizations(model);
  if (pictures.count < LEAST_PICTURES) return refusal(tooFew(pictures));
  const before = await viewProbabilities(model, pictures, options);
  const batches = balancedBatches(before.predicted, {
    classes: before.shares.length,
    batchSize: Math.min(BATCH, pictures.count),
    rng: new Rng(seed).fork("statistics"),
  });
  const old = remember(layers);
  let best: { readonly share: number; readonly after: ViewAnswers; readonly restore: () => void } | undefined;
  for (const share of SHARES) {
    await mixStatistics(model, pictures, { ...options, batches, share });
    const after = await viewProbabilities(model, pictures, options);
    if (best === undefined || after.disagreement < best.after.disagreement)
      best = { share, after, restore: remember(layers) };
    old();
  }
  const { share, after, restore } = best!;
  const change = changeText(before, after);
  if (after.disagreement >= before.disagreement * BETTER)
    return {
      applied: false,
      reason: `predictions for views of the same cell do not agree better with new statistics (${change})`,
      before,
      after,
    };
  const moved = totalVariation(before.shares, after.shares);
  if (moved > MOST_MOVED)
    return {
      applied: false,
      reason: `predictions would change for ${percent(moved)} of the images`,
      before,
      after,
    };
  restore();
  return {
    applied: true,
    reason: `the new laboratory's statistics get a weight of ${percent(share)}: predictions for views of the same cell agree better (${change})`,
    before,
    after,
  };
}
