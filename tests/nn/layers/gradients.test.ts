// Gradients of layers that are written in several ops, against differences.

import type { Rng } from "@leukogram/engine/core/rng";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { CallContext, Layer } from "@leukogram/engine/nn/layer";
import * as layers from "@leukogram/engine/nn/layers/index";
import { describe, test } from "vitest";
import { expectNumericGradient, type GradientCase } from "../../graph/numericGradient.ts";

// Whole numbers and a margin: no kink within reach of a difference.
const offKink = (rng: Rng) => rng.integer(5) - 2 + rng.uniform(0.2, 0.8);

/** A layer on images [N, C, H, W], its weights among what is differentiated by. */
function on(layer: Layer, weights: readonly (readonly number[])[] = [], images = 1): GradientCase {
  layer.apply(Array.from({ length: images }, () => layers.Input([4, 3, 2])));
  return {
    shapes: [...Array.from({ length: images }, () => [2, 2, 4, 3]), ...weights.map((shape) => [...shape])],
    apply: (tensors) => {
      const weight: CallContext["weight"] = (wanted) => tensors[images + layer.weights.indexOf(wanted)] as Tensor;
      const context = { training: true, weight, update: () => {}, random: () => tensors[0]! };
      return layer.call(tensors.slice(0, images), context);
    },
    draw: offKink,
  };
}

const CASES: Readonly<Record<string, GradientCase>> = {
  LeakyReLU: on(new layers.LeakyReLU()),
  ELU: on(new layers.ELU({ alpha: 0.5 })),
  PReLU: on(new layers.PReLU({ sharedAxes: [1, 2] }), [[1, 1, 2]]),
  "Softmax along rows": on(new layers.Softmax({ axis: 1 })),
  Subtract: on(new layers.Subtract(), [], 2),
  Average: on(new layers.Average(), [], 2),
  Permute: on(new layers.Permute({ dims: [2, 3, 1] })),
  "UpSampling2D, nearest": on(new layers.UpSampling2D({ size: [2, 3] })),
  "UpSampling2D, bilinear": on(new layers.UpSampling2D({ interpolation: "bilinear" })),
  CenterCrop: on(new layers.CenterCrop({ height: 2, width: 2 })),
  Conv2DTranspose: on(new layers.Conv2DTranspose({ filters: 2, kernelSize: [3, 2], strides: 2, padding: "same" }), [
    [3, 2, 2, 2],
    [2],
  ]),
};
for (const name of ["selu", "softplus", "softsign", "mish", "squareplus", "log_softmax", "log_sigmoid"] as const)
  Object.assign(CASES, { [name]: on(new layers.Activation({ activation: name })) });

describe("layers' gradients are those of differences", () => {
  for (const [name, gradientCase] of Object.entries(CASES)) test(name, () => expectNumericGradient(name, gradientCase));
});
