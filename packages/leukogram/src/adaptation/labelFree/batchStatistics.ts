import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { Layer } from "@leukogram/engine/nn/layer";
import { BatchNormalization } from "@leukogram/engine/nn/layers/batchNormalization";
import type { Model } from "@leukogram/engine/nn/model";
import { FIXED, imageInput } from "@leukogram/engine/nn/modelGraphs";
import type { Weight } from "@leukogram/engine/nn/weight";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import { type Pictures, selectPictures } from "../pictures.ts";

/** Options of {@link mixStatistics}. */
export interface MixStatisticsOptions extends SessionOptions {
  /** Indices of the pictures by batch; all batches of one size. */
  readonly batches: readonly (readonly number[])[];
  /** Weight of the new laboratory's statistics against the old ones, 0 to 1. */
  readonly share: number;
  readonly signal?: StopSignal | undefined;
}

/**
 * Moves the statistics of a model's batch normalisations towards those of new pictures: old * (1 - share) + new *
 * share (Schneider et al. 2020, "Improving robustness against common corruptions by covariate shift adaptation"). Each
 * layer's are taken behind layers that already work with the mixture. Changes the model's weights.
 *
 * @throws ERR_ABORTED; ERR_CONFIG if the model has no batch normalisation.
 */
export async function mixStatistics(
  model: Model,
  pictures: Pictures,
  { batches, share, signal, ...options }: MixStatisticsOptions,
): Promise<void> {
  const layers = batchNormalizations(model);
  const session = await createSession(compile(statisticsGraph(model, layers, batches[0]!.length, share)), options);
  try {
    const means = await meanMoments(session, pictures, batches, signal);
    for (const [i, layer] of layers.entries()) {
      const { mean, variance } = means[i]!;
      const [movingMean, movingVariance] = layer.weights.slice(-2) as [Weight, Weight];
      movingMean.value = movingMean.value.map((old, c) => old + share * (mean[c]! - old));
      movingVariance.value = movingVariance.value.map((old, c) => old + share * (variance[c]! - old));
    }
  } finally {
    await session.release();
  }
}

/** The batch normalisations of a model that move. @throws ERR_CONFIG if there is none. */
export function batchNormalizations(model: Model): BatchNormalization[] {
  const found = model.layers.filter((layer) => layer instanceof BatchNormalization && layer.trainable);
  if (found.length === 0)
    throw new LeukogramError("ERR_CONFIG", `model ${model.name} has no batch normalisation to adapt`);
  return found as BatchNormalization[];
}

/** Remembers the weights of layers; calling the result puts them back. */
export function remember(layers: readonly Layer[]): () => void {
  const values = layers.flatMap(({ weights }) => weights.map((weight) => [weight, weight.value] as const));
  return () => {
    for (const [weight, value] of values) weight.value = value;
  };
}

// `images` [B, 3, H, W] in; the batch's `mean0`, `variance0`, `mean1`, ... by layer out.
function statisticsGraph(
  model: Model,
  layers: readonly BatchNormalization[],
  batchSize: number,
  share: number,
): Record<string, Tensor> {
  const updates = new Map<Weight, Tensor>();
  model.call(imageInput(model, batchSize), {
    ...FIXED,
    training: true,
    batchShare: share,
    update: (weight, value) => updates.set(weight, value),
    // Dropout keeps what draws a number above its rate.
    random: (shape) => ops.full(shape, 1),
  });
  const outputs: Record<string, Tensor> = {};
  for (const [i, layer] of layers.entries()) {
    const { momentum } = layer.config;
    for (const [name, weight] of [
      [`mean${i}`, layer.weights.at(-2)!],
      [`variance${i}`, layer.weights.at(-1)!],
    ] as const) {
      // The layer gives momentum * old + (1 - momentum) * new.
      const old = ops.constant(
        weight.value.map((value) => value * momentum),
        weight.shape,
      );
      outputs[name] = ops.mul(ops.sub(updates.get(weight)!, old), ops.scalar(1 / (1 - momentum)));
    }
  }
  return outputs;
}

interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

// Over all batches: the mean of means, and the variance within batches and between them.
async function meanMoments(
  session: Session,
  pictures: Pictures,
  batches: readonly (readonly number[])[],
  signal: StopSignal | undefined,
): Promise<Moments[]> {
  const sums: { mean: Float64Array; square: Float64Array }[] = [];
  for (const indices of batches) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "adapting was interrupted");
    const results = await session.run({ images: selectPictures(pictures, indices) });
    for (let i = 0; `mean${i}` in results; i++) {
      const mean = results[`mean${i}`]!.data as Float32Array;
      const variance = results[`variance${i}`]!.data as Float32Array;
      sums[i] ??= { mean: new Float64Array(mean.length), square: new Float64Array(mean.length) };
      for (const [c, value] of mean.entries()) {
        sums[i]!.mean[c]! += value / batches.length;
        sums[i]!.square[c]! += (variance[c]! + value * value) / batches.length;
      }
    }
  }
  return sums.map(({ mean, square }) => ({
    mean,
    variance: square.map((value, c) => Math.max(0, value - mean[c]! ** 2)),
  }));
}
