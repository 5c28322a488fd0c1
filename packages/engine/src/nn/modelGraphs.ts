// The graphs that a model becomes: one training step, evaluation with given parameters, prediction.
import { LeukogramError } from "../core/errors.ts";
import { type Dim, numElements } from "../core/shape.ts";
import { gradients } from "../graph/autodiff.ts";
import * as ops from "../graph/ops/index.ts";
import { meanName, nextName, randomName, STEP, slotName } from "../graph/stepNames.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { CallContext } from "./layer.ts";
import { toGraphShape } from "./layout.ts";
import { type LossOptions, lossPerImage, oneHot } from "./losses.ts";
import type { Model } from "./model.ts";
import type { Optimizer } from "./optimizers.ts";
import type { Weight } from "./weight.ts";

/** The named tensors that a graph computes. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** Where each weight lies in the flat vectors that a training step hands on. */
export interface FlatLayout {
  /** The weights that gradients change, one after the other in `theta`. */
  readonly theta: readonly Weight[];
  /** The statistics that a step changes, one after the other in `statistics`. */
  readonly statistics: readonly Weight[];
}

/** The order of a model's weights in the flat vectors; frozen ones are in neither. */
export function flatLayout(model: Model): FlatLayout {
  const moving = model.layers.flatMap(({ trainable, weights }) => (trainable ? weights : []));
  return { theta: [...model.trainableWeights.values()], statistics: moving.filter(({ trainable }) => !trainable) };
}

/** Number of entries of weights laid one after the other. */
export function flatSize(weights: readonly Weight[]): number {
  return weights.reduce((sum, { shape }) => sum + numElements(shape), 0);
}

/** What {@link trainingGraph} takes. */
export interface TrainingGraphOptions {
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly loss?: LossOptions;
  /** Type of the input: pixels as they are decoded, or cached features. Default: uint8. */
  readonly inputType?: "uint8" | "float32";
  /** Take shares of classes, `targets` [N, K], in place of `labels`; default false. */
  readonly softTargets?: boolean | undefined;
  /** Factor on the learning rate of each weight; 1 by default. */
  readonly rateOf?: ((weight: Weight) => number) | undefined;
  /** Whether a weight decays, where the optimizer has a weight decay; all do by default. */
  readonly decays?: ((weight: Weight) => boolean) | undefined;
  /** Keep a moving average of parameters and statistics beside them; default false. */
  readonly average?: boolean | undefined;
}

/**
 * One whole training step: forward, loss, gradients, optimizer and moving statistics.
 *
 * Inputs: `images` [N, C, H, W] or [N, F], `labels` [N] int32, `theta`, `slot0`..., `statistics`, `learningRate`,
 * `step`, and `random0`... where there is dropout. Outputs: `loss`, `correct`, and the vectors as they become:
 * `theta.next`, `slot0.next`..., `statistics.next`. With `average` also `averageRate` and `theta.mean`,
 * `statistics.mean` in, and the means after the step, `theta.mean.next` and `statistics.mean.next`, out.
 */
export function trainingGraph(model: Model, options: TrainingGraphOptions): Outputs {
  const { batchSize, optimizer, loss: lossOptions = {}, inputType = "uint8" } = options;
  const layout = flatLayout(model);
  const parameters = new FlatParameters(layout);
  const logits = callLogits(model, imageInput(model, batchSize, inputType), parameters.context(true));
  const classes = logits.shape[1] as number;
  const target = options.softTargets
    ? ops.input(STEP.targets, [batchSize, classes])
    : oneHot(ops.input(STEP.labels, [batchSize], "int32"), classes);
  const loss = ops.reduceMean(lossPerImage(target, logits, lossOptions), [0]);
  const slots = Array.from({ length: optimizer.slots }, (_, i) => ops.input(slotName(i), [flatSize(layout.theta)]));
  const flat = (parts: readonly Tensor[]) =>
    ops.concat(
      parts.map((t) => ops.reshape(t, [numElements(t.shape)])),
      0,
    );
  const next = optimizer.update({
    theta: parameters.theta,
    gradient: flat(
      gradients(
        loss,
        layout.theta.map((weight) => parameters.part(weight)),
      ),
    ),
    slots,
    learningRate: learningRates(layout.theta, options),
    decay: options.decays && perParameter(layout.theta, (weight) => (options.decays!(weight) ? 1 : 0)),
    step: ops.input(STEP.step, []),
  });
  const vectors: Record<string, Tensor> = { [STEP.theta]: next.theta };
  if (layout.statistics.length > 0)
    vectors[STEP.statistics] = flat(layout.statistics.map((weight) => parameters.updated(weight)));
  return {
    loss,
    correct: correctCount(target, logits),
    ...Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [nextName(name), vector])),
    ...Object.fromEntries(next.slots.map((slot, i) => [nextName(slotName(i)), slot])),
    ...(options.average && movingMeans(vectors)),
  };
}

function learningRates(theta: readonly Weight[], { rateOf }: TrainingGraphOptions): Tensor {
  const rate = ops.input(STEP.learningRate, []);
  return rateOf === undefined ? rate : ops.mul(rate, perParameter(theta, rateOf));
}

// One number a weight, repeated for each of its entries: [P].
function perParameter(theta: readonly Weight[], value: (weight: Weight) => number): Tensor {
  const data = new Float32Array(flatSize(theta));
  let start = 0;
  for (const weight of theta) {
    const end = start + numElements(weight.shape);
    data.fill(value(weight), start, end);
    start = end;
  }
  return ops.constant(data, [data.length]);
}

// mean + rate (value - mean), for each vector.
function movingMeans(vectors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const rate = ops.input(STEP.averageRate, []);
  return Object.fromEntries(
    Object.entries(vectors).map(([name, vector]) => {
      const mean = ops.input(meanName(name), vector.shape);
      return [nextName(meanName(name)), ops.add(mean, ops.mul(ops.sub(vector, mean), rate))];
    }),
  );
}

/**
 * Evaluation with parameters handed in, for any batch size.
 *
 * Inputs: `images`, `labels`, `theta`, `statistics`. Outputs: `losses` [N], `probabilities` [N, K].
 */
export function evaluationGraph(
  model: Model,
  { loss = {}, inputType = "uint8" }: Omit<TrainingGraphOptions, "batchSize" | "optimizer">,
): Outputs {
  const parameters = new FlatParameters(flatLayout(model));
  const logits = callLogits(model, imageInput(model, "batch", inputType), parameters.context(false));
  const target = oneHot(ops.input(STEP.labels, ["batch"], "int32"), logits.shape[1] as number);
  return { losses: lossPerImage(target, logits, loss), probabilities: ops.softmax(logits) };
}

/** The model as it stands, weights fixed, for any batch size: `images` in, `output` out. */
export function predictionGraph(model: Model, inputType: "uint8" | "float32" = "uint8"): Outputs {
  return { output: model.call(imageInput(model, "batch", inputType), FIXED) };
}

/** A call with the weights' present values as constants, in inference mode. */
export const FIXED: CallContext = {
  training: false,
  weight: ({ value, shape }) => ops.constant(value, shape),
  update: () => {},
  random: (shape) => ops.full(shape, 0),
};

/** The images that a model takes, as floats, from an input of bytes or floats: [batch, C, H, W] or [batch, F]. */
export function imageInput(model: Model, batch: Dim, inputType: "uint8" | "float32" = "uint8"): Tensor {
  return ops.cast(ops.input(STEP.images, toGraphShape(model.input.shape, batch), inputType), "float32");
}

/**
 * The logits of a model that ends in a softmax: losses and means are taken from them, where nothing overflows.
 *
 * @throws ERR_CONFIG if it does not.
 */
export function callLogits(model: Model, images: Tensor, context: CallContext): Tensor {
  return logitsOf(model, model.call(images, context), "it can't be trained as a classifier");
}

/** What a softmax took, where the model's output is one. @throws ERR_CONFIG with `so` if it is not. */
export function logitsOf(model: Model, output: Tensor, so: string): Tensor {
  if (output.op === ops.softmaxOp) return output.inputs[0]!;
  throw new LeukogramError("ERR_CONFIG", `model ${model.name} does not end in a softmax, so ${so}`);
}

function correctCount(target: Tensor, logits: Tensor): Tensor {
  const best = ops.cast(ops.equal(logits, ops.reduceMax(logits, [1], true)), "float32");
  return ops.reduceSum(ops.mul(best, target), [0, 1]);
}

// Weights as slices of the flat vectors.
class FlatParameters {
  readonly theta: Tensor;
  readonly #tensors = new Map<Weight, Tensor>();
  readonly #parts = new Map<Weight, Tensor>();
  readonly #updates = new Map<Weight, Tensor>();
  #randoms = 0;

  constructor({ theta, statistics }: FlatLayout) {
    this.theta = ops.input(STEP.theta, [flatSize(theta)]);
    this.#cut(theta, this.theta);
    if (statistics.length > 0) this.#cut(statistics, ops.input(STEP.statistics, [flatSize(statistics)]));
  }

  tensor(weight: Weight): Tensor {
    return this.#tensors.get(weight) ?? ops.constant(weight.value, weight.shape);
  }

  /** Where the weight lies in theta, flat. What takes it in another shape than its own does not go by {@link tensor}. */
  part(weight: Weight): Tensor {
    return this.#parts.get(weight)!;
  }

  updated(weight: Weight): Tensor {
    return this.#updates.get(weight) ?? this.tensor(weight);
  }

  context(training: boolean): CallContext {
    return {
      training,
      weight: (weight) => this.tensor(weight),
      update: (weight, value) => this.#updates.set(weight, value),
      random: (shape) => ops.input(randomName(this.#randoms++), shape),
    };
  }

  #cut(weights: readonly Weight[], vector: Tensor): void {
    let start = 0;
    for (const weight of weights) {
      const end = start + numElements(weight.shape);
      const part = ops.slice(vector, 0, start, end);
      this.#parts.set(weight, part);
      this.#tensors.set(weight, ops.reshape(part, weight.shape));
      start = end;
    }
  }
}
