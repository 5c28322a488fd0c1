import { LeukogramError } from "../core/errors.ts";
import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";

const ACTIVATIONS = {
  linear: (x: Tensor) => x,
  relu: ops.relu,
  relu6: (x: Tensor) => ops.clip(x, 0, 6),
  sigmoid: ops.sigmoid,
  tanh: ops.tanh,
  swish: (x: Tensor) => ops.mul(x, ops.sigmoid(x)),
  silu: (x: Tensor) => ops.mul(x, ops.sigmoid(x)),
  // The exact form, by the error function (Hendrycks and Gimpel 2016).
  gelu: (x: Tensor) =>
    ops.mul(ops.mul(x, ops.scalar(0.5)), ops.add(ops.erf(ops.mul(x, ops.scalar(Math.SQRT1_2))), ops.scalar(1))),
  hard_swish: (x: Tensor) => ops.mul(x, hardSigmoid(x)),
  hard_silu: (x: Tensor) => ops.mul(x, hardSigmoid(x)),
  hard_sigmoid: hardSigmoid,
  softmax: channelSoftmax,
};

/** Names of Keras's activation functions that layers take. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** Adds an activation function. @throws ERR_CONFIG for a name that is not known. */
export function activate(x: Tensor, name: ActivationName): Tensor {
  const activation = ACTIVATIONS[name];
  if (activation === undefined)
    throw new LeukogramError("ERR_CONFIG", `activation "${name}" is not known`, {
      hint: `Use one of ${Object.keys(ACTIVATIONS).join(", ")}.`,
    });
  return activation(x);
}

// Keras's last axis is the channels.
function channelSoftmax(x: Tensor): Tensor {
  if (x.rank !== 4) return ops.softmax(x);
  return ops.transpose(ops.softmax(ops.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

// Keras: relu6(x + 3) / 6.
function hardSigmoid(x: Tensor): Tensor {
  return ops.mul(ops.clip(ops.add(x, ops.scalar(3)), 0, 6), ops.scalar(1 / 6));
}
