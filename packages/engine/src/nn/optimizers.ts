import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";

/** One step's ingredients; every vector holds all parameters one after the other. */
export interface StepInput {
  /** Parameters [P]. */
  readonly theta: Tensor;
  /** Gradients [P]. */
  readonly gradient: Tensor;
  /** The optimizer's memory: `slots` vectors [P]. */
  readonly slots: readonly Tensor[];
  /** Learning rate: one for all, [], or one a parameter, [P]. */
  readonly learningRate: Tensor;
  /** Factor on the weight decay of each parameter, [P]; all decay alike by default. */
  readonly decay?: Tensor | undefined;
  /** Number of this step, from 1, []. */
  readonly step: Tensor;
}

/** A rule of change, as graph ops over one flat vector: a dozen nodes whatever the model. */
export interface Optimizer {
  /** Keras's class name. */
  readonly name: string;
  /** Number of vectors that it remembers between steps; they begin at 0. */
  readonly slots: number;
  update(input: StepInput): { readonly theta: Tensor; readonly slots: readonly Tensor[] };
}

/** Options that every optimizer has. */
export interface OptimizerOptions {
  /** Share of the learning rate by which parameters shrink each step; default 0 (0.004 for AdamW). */
  readonly weightDecay?: number;
  /** Largest length of the whole gradient; longer ones are scaled down. Default: no limit. */
  readonly globalClipNorm?: number;
}

const times = (x: Tensor, factor: number) => ops.mul(x, ops.scalar(factor));

// keras.optimizers: decay first, then the step on the clipped gradient.
function prepared(input: StepInput, { weightDecay = 0, globalClipNorm }: OptimizerOptions): StepInput {
  const { theta, gradient, learningRate, decay } = input;
  const shrink = (rate: Tensor) => ops.mul(theta, decay === undefined ? rate : ops.mul(rate, decay));
  const decayed = weightDecay === 0 ? theta : ops.sub(theta, shrink(times(learningRate, weightDecay)));
  if (globalClipNorm === undefined) return { ...input, theta: decayed };
  const norm = ops.sqrt(ops.reduceSum(ops.mul(gradient, gradient), [0]));
  const scale = ops.div(ops.scalar(globalClipNorm), ops.maximum(norm, ops.scalar(globalClipNorm)));
  return { ...input, theta: decayed, gradient: ops.mul(gradient, scale) };
}

/** Options of {@link adam} and {@link adamW}. */
export interface AdamOptions extends OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Adam (Kingma and Ba 2015; keras.optimizers.Adam). */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...options }: AdamOptions = {}): Optimizer {
  return {
    name: "Adam",
    slots: 2,
    update(input) {
      const { theta, gradient, slots, learningRate, step } = prepared(input, options);
      const mean = ops.add(times(slots[0]!, beta1), times(gradient, 1 - beta1));
      const square = ops.add(times(slots[1]!, beta2), times(ops.mul(gradient, gradient), 1 - beta2));
      const rest = (beta: number) => ops.sub(ops.scalar(1), ops.pow(ops.scalar(beta), step));
      const rate = ops.div(ops.mul(learningRate, ops.sqrt(rest(beta2))), rest(beta1));
      const change = ops.div(ops.mul(mean, rate), ops.add(ops.sqrt(square), ops.scalar(epsilon)));
      return { theta: ops.sub(theta, change), slots: [mean, square] };
    },
  };
}

/** Adam with weight decay of its own (Loshchilov and Hutter 2019; keras.optimizers.AdamW). */
export function adamW({ weightDecay = 0.004, ...options }: AdamOptions = {}): Optimizer {
  return { ...adam({ weightDecay, ...options }), name: "AdamW" };
}

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** Default: 0. */
  readonly momentum?: number;
  /** Default: false. */
  readonly nesterov?: boolean;
}

/** Stochastic gradient descent, with momentum where wanted (keras.optimizers.SGD). */
export function sgd({ momentum = 0, nesterov = false, ...options }: SgdOptions = {}): Optimizer {
  return {
    name: "SGD",
    slots: momentum === 0 ? 0 : 1,
    update(input) {
      const { theta, gradient, slots, learningRate } = prepared(input, options);
      const change = ops.mul(gradient, learningRate);
      if (momentum === 0) return { theta: ops.sub(theta, change), slots: [] };
      const velocity = ops.sub(times(slots[0]!, momentum), change);
      const move = nesterov ? ops.sub(times(velocity, momentum), change) : velocity;
      return { theta: ops.add(theta, move), slots: [velocity] };
    },
  };
}

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  readonly rho?: number;
  readonly epsilon?: number;
}

/** Steps over the root of a running mean of squares (Tieleman and Hinton 2012; keras.optimizers.RMSprop). */
export function rmsprop({ rho = 0.9, epsilon = 1e-7, ...options }: RmspropOptions = {}): Optimizer {
  return {
    name: "RMSprop",
    slots: 1,
    update(input) {
      const { theta, gradient, slots, learningRate } = prepared(input, options);
      const square = ops.add(times(slots[0]!, rho), times(ops.mul(gradient, gradient), 1 - rho));
      const change = ops.div(ops.mul(gradient, learningRate), ops.sqrt(ops.add(square, ops.scalar(epsilon))));
      return { theta: ops.sub(theta, change), slots: [square] };
    },
  };
}
