import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import * as ops from "@leukogram/engine/graph/ops/index";
import { initialize } from "@leukogram/engine/nn/initializers";
import type { CallContext, Layer } from "@leukogram/engine/nn/layer";
import { Normalization } from "@leukogram/engine/nn/layers/index";
import type { Model } from "@leukogram/engine/nn/model";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import type { Weight } from "@leukogram/engine/nn/weight";

/**
 * The model as it would be before any training: each weight drawn again by its own initializer, moving statistics at their
 * beginning. What only scales pixels stays. The model itself is not changed; equal seeds give equal weights.
 */
export function untrainedContext(model: Model, seed: number): CallContext {
  const rng = new Rng(seed).fork("untrained");
  const drawn = new Map<Weight, Float32Array>();
  for (const layer of model.layers) {
    if (scalesPixels(layer, model)) continue;
    for (const weight of layer.weights) drawn.set(weight, anew(weight, rng.fork(`${layer.name}/${weight.name}`)));
  }
  return { ...FIXED, weight: (weight) => ops.constant(drawn.get(weight) ?? weight.value, weight.shape) };
}

// A file of Keras may name an initializer that we do not have: then kernels are drawn by Keras's usual one.
function anew({ initializer, shape, value }: Weight, rng: Rng): Float32Array {
  try {
    return initialize(initializer, shape, rng);
  } catch (error) {
    if (!(error instanceof LeukogramError)) throw error;
    return shape.length > 1 ? initialize("glorot_uniform", shape, rng) : value;
  }
}

// Fixed numbers of what comes before learning: data's mean and deviation, or a change of colours' order and scale.
function scalesPixels(layer: Layer, { layers }: Model): boolean {
  return layer instanceof Normalization || (layer.name === "preprocessing" && layer === layers[1]);
}
