import { LeukogramError } from "../core/errors.ts";
import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import { toGraphAxis } from "./layout.ts";

/** Constants of SELU (Klambauer et al. 2017), as Keras rounds them. */
export const SELU_ALPHA = 1.6732632423543772;
/** The factor on all of it. */
export const SELU_SCALE = 1.0507009873554805;

const ACTIVATIONS = {
  linear: (x: Tensor) => x,
  relu: ops.relu,
  relu6: (x: Tensor) => ops.clip(x, 0, 6),
  leaky_relu: (x: Tensor) => leakyRelu(x, 0.2),
  elu: (x: Tensor) => elu(x, 1),
  celu: (x: Tensor) => elu(x, 1),
  selu: (x: Tensor) => ops.mul(elu(x, SELU_ALPHA), ops.scalar(SELU_SCALE)),
  exponential: ops.exp,
  sigmoid: ops.sigmoid,
  log_sigmoid: (x: Tensor) => ops.neg(softplus(ops.neg(x))),
  tanh: ops.tanh,
  tanh_shrink: (x: Tensor) => ops.sub(x, ops.tanh(x)),
  hard_tanh: (x: Tensor) => ops.clip(x, -1, 1),
  softplus,
  softsign: (x: Tensor) => ops.div(x, ops.add(ops.abs(x), ops.scalar(1))),
  // sign(x) max(|x| - 0.5, 0)
  soft_shrink: (x: Tensor) => ops.sub(x, ops.clip(x, -0.5, 0.5)),
  squareplus: (x: Tensor) => ops.mul(ops.add(x, ops.sqrt(ops.add(ops.mul(x, x), ops.scalar(4)))), ops.scalar(0.5)),
  sparse_sigmoid: (x: Tensor) => ops.mul(ops.add(ops.clip(x, -1, 1), ops.scalar(1)), ops.scalar(0.5)),
  // Misra 2019.
  mish: (x: Tensor) => ops.mul(x, ops.tanh(softplus(x))),
  swish: (x: Tensor) => ops.mul(x, ops.sigmoid(x)),
  silu: (x: Tensor) => ops.mul(x, ops.sigmoid(x)),
  gelu,
  hard_swish: (x: Tensor) => ops.mul(x, hardSigmoid(x)),
  hard_silu: (x: Tensor) => ops.mul(x, hardSigmoid(x)),
  hard_sigmoid: hardSigmoid,
  softmax: (x: Tensor) => softmax(x, -1),
  log_softmax: (x: Tensor) => alongLast(x, toGraphAxis(-1, x.rank), ops.logSoftmax),
};

/** Names of Keras's activation functions that layers take. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** Every name of {@link ActivationName}. */
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[];

/** Adds an activation function. @throws ERR_CONFIG for a name that is not known. */
export function activate(x: Tensor, name: ActivationName): Tensor {
  if (!Object.hasOwn(ACTIVATIONS, name))
    throw new LeukogramError("ERR_CONFIG", `unknown activation "${name}"`, {
      hint: `Use one of ${ACTIVATION_NAMES.join(", ")}.`,
    });
  return ACTIVATIONS[name](x);
}

/** x above 0, `slope` times x below. */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  return ops.sub(ops.relu(x), ops.mul(ops.relu(ops.neg(x)), ops.scalar(slope)));
}

/** x above 0, alpha (exp(x) - 1) below. */
export function elu(x: Tensor, alpha: number): Tensor {
  const below = ops.sub(ops.exp(ops.neg(ops.relu(ops.neg(x)))), ops.scalar(1)); // exp(min(x, 0)) cannot overflow
  return ops.add(ops.relu(x), ops.mul(below, ops.scalar(alpha)));
}

/** exp(x) over its sum along an axis of Keras. */
export function softmax(x: Tensor, axis: number): Tensor {
  return alongLast(x, toGraphAxis(axis, x.rank), ops.softmax);
}

/** The exact form, by the error function, or that by tanh (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor, approximate = false): Tensor {
  const half = ops.mul(x, ops.scalar(0.5));
  if (!approximate) return ops.mul(half, ops.add(ops.erf(ops.mul(x, ops.scalar(Math.SQRT1_2))), ops.scalar(1)));
  const cubic = ops.add(x, ops.mul(ops.mul(ops.mul(x, x), x), ops.scalar(0.044715)));
  return ops.mul(half, ops.add(ops.tanh(ops.mul(cubic, ops.scalar(Math.sqrt(2 / Math.PI)))), ops.scalar(1)));
}

/** What works along the last axis, along any other one of the graph's tensor: brought to the end, and back. */
export function alongLast(x: Tensor, axis: number, act: (x: Tensor) => Tensor): Tensor {
  if (axis === x.rank - 1) return act(x);
  const swap = [...x.shape.keys()].with(axis, x.rank - 1).with(-1, axis);
  return ops.transpose(act(ops.transpose(x, swap)), swap);
}

// log(1 + exp(x)) without overflow.
function softplus(x: Tensor): Tensor {
  return ops.add(ops.relu(x), ops.log(ops.add(ops.exp(ops.neg(ops.abs(x))), ops.scalar(1))));
}

// Keras: relu6(x + 3) / 6.
function hardSigmoid(x: Tensor): Tensor {
  return ops.mul(ops.clip(ops.add(x, ops.scalar(3)), 0, 6), ops.scalar(1 / 6));
}
