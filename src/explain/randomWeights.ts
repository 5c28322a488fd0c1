import { Rng } from "../core/rng.ts";
import * as ops from "../graph/ops/index.ts";
import { initialize } from "../nn/initializers.ts";
import type { CallContext, Layer } from "../nn/layer.ts";
import { Normalization } from "../nn/layers/index.ts";
import type { Model } from "../nn/model.ts";
import { FIXED } from "../nn/modelGraphs.ts";
import type { Weight } from "../nn/weight.ts";

/**
 * The model as it would be before any training: each weight drawn anew by its own initializer, moving statistics at their
 * beginning. What only scales pixels stays. The model itself is not changed; equal seeds give equal weights.
 */
export function untrainedContext(model: Model, seed: number): CallContext {
  const rng = new Rng(seed).fork("untrained");
  const drawn = new Map<Weight, Float32Array>();
  for (const layer of model.layers) {
    if (scalesPixels(layer, model)) continue;
    for (const weight of layer.weights)
      drawn.set(weight, initialize(weight.initializer, weight.shape, rng.fork(`${layer.name}/${weight.name}`)));
  }
  return { ...FIXED, weight: (weight) => ops.constant(drawn.get(weight) ?? weight.value, weight.shape) };
}

// Fixed numbers of what comes before learning: data's mean and deviation, or a change of colours' order and scale.
function scalesPixels(layer: Layer, { layers }: Model): boolean {
  return layer instanceof Normalization || (layer.name === "preprocessing" && layer === layers[1]);
}
