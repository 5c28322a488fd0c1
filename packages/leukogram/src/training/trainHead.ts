// A head on features that a frozen backbone gave: in Node and in browsers.
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { LayerOutput } from "@leukogram/engine/nn/layer";
import { Dense } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { epochOrder } from "../data/sampling/sampler.ts";
import { type BatchSource, type FitLoopOptions, type FitResult, fitLoop } from "./fitLoop.ts";

/**
 * Where a model's head begins: at the first step behind which everything is one vector an image.
 *
 * @throws ERR_CONFIG if the model takes vectors, and has no part that sees images.
 */
export function featuresOf({ input, output, name }: Model): LayerOutput {
  let step = output;
  while (step.inputs.length === 1 && step.inputs[0]!.shape.length === 1) step = step.inputs[0]!;
  if (step === input || step.inputs.length === 0)
    throw new LeukogramError("ERR_CONFIG", `model ${name} is a head: it takes features, not images`);
  return step;
}

/** A model with another head, and that head alone; both share their weights. */
export interface ModelWithHead {
  readonly model: Model;
  /** From the features to the probabilities. */
  readonly head: Model;
}

/** The layers of a model up to its features, and one new layer to the probabilities of other classes. */
export function newHead(
  model: Model,
  { classes, seed = 0 }: { readonly classes: number; readonly seed?: number },
): ModelWithHead {
  const features = featuresOf(model);
  const output = new Dense({ units: classes, activation: "softmax", name: "new_predictions" }).apply(features);
  const head = new Model({ input: features, output, name: `${model.name}_head` }).initialize(seed);
  return { model: new Model({ input: model.input, output, name: model.name }), head };
}

/** Features of images, one row after the other, and the index of each one's class. */
export interface LabelledFeatures {
  /** [N, F] */
  readonly features: Float32Array;
  /** [N] */
  readonly labels: ArrayLike<number>;
}

/** Batches of features that lie in memory. */
export function featureSource(
  { features, labels }: LabelledFeatures,
  { batchSize }: { readonly batchSize: number },
): BatchSource {
  const size = features.length / labels.length;
  return {
    async *batches({ order, from = 0 }) {
      for (let start = from * batchSize; start < order.length; start += batchSize) {
        const indices = order.slice(start, start + batchSize);
        const images = new Float32Array(indices.length * size);
        for (const [i, index] of indices.entries())
          images.set(features.subarray(index * size, (index + 1) * size), i * size);
        yield { images, labels: Int32Array.from(indices, (index) => labels[index]!) };
      }
    },
  };
}

/** What {@link trainHead} takes beside the features. */
export interface TrainHeadOptions
  extends Pick<
    FitLoopOptions,
    "runner" | "epochs" | "learningRate" | "schedule" | "callbacks" | "signal" | "onProgress" | "onEpoch"
  > {
  readonly classes: number;
  readonly validation?: LabelledFeatures | undefined;
  /** Default: 32. */
  readonly batchSize?: number;
  /** Names the order of the images; default 0. */
  readonly seed?: number;
  /** "sampling": every class as often as the largest one; default: "none". */
  readonly balance?: "none" | "sampling";
}

/**
 * Trains a head as `leukogram train` does with a frozen backbone, and writes what it ended with into its weights.
 *
 * @throws ERR_DATA if labels and features do not fit each other, or the classes; and as {@link fitLoop}.
 */
export async function trainHead(
  train: LabelledFeatures,
  { classes, validation, batchSize = 32, seed = 0, balance = "none", ...options }: TrainHeadOptions,
): Promise<FitResult> {
  for (const set of validation === undefined ? [train] : [train, validation]) check(set, classes);
  const result = await fitLoop({
    ...options,
    batchSize,
    train: featureSource(train, { batchSize }),
    order: (epoch) => epochOrder(train.labels, classes, { epoch, seed, balance }),
    validation: validation && {
      source: featureSource(validation, { batchSize }),
      order: Array.from(validation.labels, (_, i) => i),
    },
  });
  options.runner.writeWeights();
  return result;
}

function check({ features, labels }: LabelledFeatures, classes: number): void {
  if (labels.length === 0 || features.length % labels.length !== 0)
    throw new LeukogramError("ERR_DATA", `${labels.length} labels do not fit ${features.length} features`, {
      hint: "Give one label per image.",
    });
  const wrong = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong !== undefined)
    throw new LeukogramError("ERR_DATA", `label ${wrong} is not one of ${classes} classes`, {
      hint: "Labels start at 0.",
    });
}
