import { numElements } from "@leukogram/engine/core/shape";
import { gradients } from "@leukogram/engine/graph/autodiff";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { nextName, STEP, slotName } from "@leukogram/engine/graph/stepNames";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { Model } from "@leukogram/engine/nn/model";
import { FIXED, imageInput } from "@leukogram/engine/nn/modelGraphs";
import { adam } from "@leukogram/engine/nn/optimizers";
import type { Weight } from "@leukogram/engine/nn/weight";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import { type Pictures, selectPictures } from "../pictures.ts";
import { batchNormalizations } from "./batchStatistics.ts";

/** Options of {@link createTentSteps}. */
export interface TentStepsOptions extends SessionOptions {
  readonly batchSize: number;
  /** Images of greater entropy, as a share of ln K, teach nothing (Niu et al. 2022, EATA); default 0.4. */
  readonly entropyLimit?: number;
}

/** Steps that make a model surer of its answers by the scales and shifts of its batch normalisations. */
export interface TentSteps {
  /** One step on these pictures; `entropy` is the mean before it, in nats, over the images that taught. */
  step(pictures: Pictures, indices: readonly number[], learningRate: number): Promise<{ entropy: number }>;
  /** Puts scales and shifts as they are now into the model. */
  writeWeights(): void;
  close(): Promise<void>;
}

/**
 * Entropy minimisation at test time (Wang et al. 2021, "Tent: fully test-time adaptation by entropy minimization"), as
 * one graph a step: forward, entropy, gradients of gamma and beta, Adam. Unlike theirs, a batch is not normalised by its
 * own statistics, so that steps and later predictions see the same network, whatever mixture of classes a batch holds.
 *
 * @throws ERR_CONFIG if the model has no batch normalisation.
 */
export async function createTentSteps(model: Model, options: TentStepsOptions): Promise<TentSteps> {
  const weights = batchNormalizations(model).flatMap((layer) => layer.weights.filter(({ trainable }) => trainable));
  const session = await createSession(compile(tentGraph(model, weights, options)), options);
  let state = initialState(weights);
  let steps = 0;
  return {
    async step(pictures, indices, learningRate) {
      const results = await session.run({
        [STEP.images]: selectPictures(pictures, indices),
        ...state,
        [STEP.learningRate]: { data: Float32Array.of(learningRate), shape: [] },
        [STEP.step]: { data: Float32Array.of(++steps), shape: [] },
      });
      state = nextState(results);
      return { entropy: Number(results.entropy!.data[0]) };
    },
    writeWeights() {
      const theta = state[STEP.theta]!.data as Float32Array;
      let start = 0;
      for (const weight of weights) {
        weight.value = theta.slice(start, start + weight.value.length);
        start += weight.value.length;
      }
    },
    close: () => session.release(),
  };
}

type State = Parameters<Session["run"]>[0];

function initialState(weights: readonly Weight[]): State {
  const theta = Float32Array.from(weights.flatMap(({ value }) => [...value]));
  const shape = [theta.length];
  const zeros = () => ({ data: new Float32Array(theta.length), shape });
  return { [STEP.theta]: { data: theta, shape }, ...Object.fromEntries(SLOTS.map((slot) => [slot, zeros()])) };
}

const SLOTS = [slotName(0), slotName(1)];

const nextState = (results: State): State =>
  Object.fromEntries([STEP.theta, ...SLOTS].map((name) => [name, results[nextName(name)]!]));

function tentGraph(
  model: Model,
  weights: readonly Weight[],
  { batchSize, entropyLimit = 0.4 }: TentStepsOptions,
): Record<string, Tensor> {
  const size = weights.reduce((sum, { shape }) => sum + numElements(shape), 0);
  const theta = ops.input(STEP.theta, [size]);
  const tensors = new Map<Weight, Tensor>();
  let start = 0;
  for (const weight of weights) {
    const end = start + numElements(weight.shape);
    tensors.set(weight, ops.reshape(ops.slice(theta, 0, start, end), weight.shape));
    start = end;
  }
  const probabilities = model.call(imageInput(model, batchSize), {
    ...FIXED,
    weight: (weight) => tensors.get(weight) ?? FIXED.weight(weight),
  });
  const entropy = certainEntropy(probabilities.inputs[0]!, entropyLimit);
  const sources = weights.map((weight) => tensors.get(weight)!);
  const gradient = ops.concat(
    gradients(entropy, sources).map((t) => ops.reshape(t, [numElements(t.shape)])),
    0,
  );
  const next = adam().update({
    theta,
    gradient,
    slots: SLOTS.map((slot) => ops.input(slot, [size])),
    learningRate: ops.input(STEP.learningRate, []),
    step: ops.input(STEP.step, []),
  });
  const vectors = [STEP.theta, ...SLOTS].map((name, i) => [nextName(name), [next.theta, ...next.slots][i]!]);
  return { entropy, ...Object.fromEntries(vectors) };
}

// Mean entropy over the images of logits [N, K] whose entropy is below the limit; 0 if there is none.
function certainEntropy(logits: Tensor, limit: number): Tensor {
  const classes = logits.shape[1] as number;
  const logarithms = ops.logSoftmax(logits);
  const perImage = ops.neg(ops.reduceSum(ops.mul(ops.exp(logarithms), logarithms), [1])); // [N]
  const teaches = ops.step(ops.sub(ops.scalar(limit * Math.log(classes)), perImage));
  const count = ops.maximum(ops.reduceSum(teaches, [0]), ops.scalar(1));
  return ops.div(ops.reduceSum(ops.mul(perImage, teaches), [0]), count);
}
