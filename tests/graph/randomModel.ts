import { Rng } from "@leukogram/engine/core/rng";
import type { LayerOutput } from "@leukogram/engine/nn/layer";
import {
  Activation,
  Add,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  Input,
  MaxPooling2D,
  ReLU,
  Rescaling,
} from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import fc from "fast-check";

/** A convolution and what comes behind it. */
interface Block {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: "same" | "valid";
  readonly activation: "linear" | "relu" | "swish" | "tanh";
  /** Before or after the activation, or not at all. */
  readonly normalization: "none" | "before" | "after";
  /** What else reads the block's input: nothing, another convolution whose result is added, or one that is set beside. */
  readonly branch: "none" | "add" | "concatenate";
  readonly dropout: number;
  readonly trainable: boolean;
}

/** An inverted residual, as in MobileNetV2: widen, convolve each channel by itself, narrow, add where shapes agree. */
interface Residual {
  readonly expansion: number;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: "same" | "valid";
  readonly trainable: boolean;
}

/** A small convolutional network, drawn at random. */
export interface Plan {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly batch: number;
  readonly classes: number;
  readonly rescale: "none" | "scale" | "offset";
  readonly blocks: readonly Block[];
  readonly residuals: readonly Residual[];
  readonly head: "average" | "flatten" | "pool";
  readonly largeBytes: number;
  readonly chunkBytes: number;
}

const block: fc.Arbitrary<Block> = fc.record({
  filters: fc.integer({ min: 1, max: 9 }),
  kernelSize: fc.integer({ min: 1, max: 5 }),
  strides: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom("same", "valid"),
  activation: fc.constantFrom("linear", "relu", "relu", "swish", "tanh"),
  normalization: fc.constantFrom("none", "before", "after"),
  branch: fc.constantFrom("none", "none", "none", "add", "concatenate"),
  dropout: fc.constantFrom(0, 0, 0, 0.25),
  trainable: fc.constantFrom(true, true, true, false),
});

const residual: fc.Arbitrary<Residual> = fc.record({
  expansion: fc.integer({ min: 1, max: 6 }),
  filters: fc.constantFrom(1, 3, 4, 8, 16),
  kernelSize: fc.integer({ min: 1, max: 4 }),
  strides: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom("same", "valid"),
  trainable: fc.constantFrom(true, true, true, false),
});

/** Networks of one to three blocks and up to three residuals on images of 4 to 17 pixels; chunks from none to one an image. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  height: fc.integer({ min: 4, max: 17 }),
  width: fc.integer({ min: 4, max: 17 }),
  channels: fc.integer({ min: 1, max: 4 }),
  batch: fc.integer({ min: 1, max: 7 }),
  classes: fc.integer({ min: 2, max: 7 }),
  rescale: fc.constantFrom("none", "scale", "scale", "offset"),
  blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
  residuals: fc.oneof(fc.constant([]), fc.array(residual, { minLength: 1, maxLength: 3 })),
  head: fc.constantFrom("average", "flatten", "pool"),
  largeBytes: fc.constantFrom(1, 200, 2000, 6e6),
  chunkBytes: fc.constantFrom(1, 1000, 5000),
});

/** The network of a plan, with random weights and statistics. */
export function buildModel(plan: Plan): Model {
  const input = Input([plan.height, plan.width, plan.channels]);
  let x = input;
  if (plan.rescale !== "none")
    x = new Rescaling({ scale: 1 / 255, offset: plan.rescale === "offset" ? -0.5 : 0 }).apply(x);
  for (const each of plan.blocks) x = addBlock(x, each, plan.batch);
  for (const each of plan.residuals) x = addResidual(x, each, plan.batch);
  if (plan.head === "pool" && x.shape[0]! > 1 && x.shape[1]! > 1) x = new MaxPooling2D().apply(x);
  x = plan.head === "average" ? new GlobalAveragePooling2D().apply(x) : new Flatten().apply(x);
  const output = new Dense({ units: plan.classes, activation: "softmax" }).apply(x);
  const model = new Model({ input, output }).initialize(1);
  const rng = new Rng("weights");
  for (const [path, { value }] of model.weights) {
    if (/bias|beta|mean/.test(path)) for (const i of value.keys()) value[i] = rng.normal(0, 0.3);
    if (/gamma|variance/.test(path)) for (const i of value.keys()) value[i] = rng.uniform(0.5, 1.5);
  }
  return model;
}

function addBlock(x: LayerOutput, { branch, ...block }: Block, batch: number): LayerOutput {
  const { trainable, filters, strides, activation, normalization } = block;
  // A window that does not fit into what is left becomes one that does.
  const kernelSize =
    block.padding === "valid" ? Math.min(block.kernelSize, x.shape[0]!, x.shape[1]!) : block.kernelSize;
  const convolve = () => new Conv2D({ filters, strides, trainable, kernelSize, padding: block.padding }).apply(x);
  const act = activation === "linear" ? [] : [new Activation({ activation })];
  let y = convolve();
  // The variance of a few numbers may be next to nothing, and its gradient all rounding.
  const many = batch * y.shape[0]! * y.shape[1]! >= 8;
  const norm = normalization !== "none" && many ? [new BatchNormalization({ trainable, momentum: 0.9 })] : [];
  for (const layer of normalization === "before" ? [...norm, ...act] : [...act, ...norm]) y = layer.apply(y);
  if (block.dropout > 0) y = new Dropout({ rate: block.dropout }).apply(y);
  if (branch === "add") y = new Add().apply([y, convolve()]);
  if (branch === "concatenate") y = new Concatenate().apply([convolve(), y]);
  return y;
}

function addResidual(x: LayerOutput, residual: Residual, batch: number): LayerOutput {
  const { trainable, strides, padding, filters } = residual;
  const [height, width, channels] = x.shape as [number, number, number];
  const kernelSize = padding === "valid" ? Math.min(residual.kernelSize, height, width) : residual.kernelSize;
  const useBias = false;
  const normalize = (y: LayerOutput) =>
    batch * y.shape[0]! * y.shape[1]! >= 8 ? new BatchNormalization({ trainable, momentum: 0.9 }).apply(y) : y;
  const act = (y: LayerOutput) => new ReLU({ maxValue: 6 }).apply(normalize(y));
  const pointwise = (to: number) => new Conv2D({ filters: to, kernelSize: 1, strides: 1, trainable, useBias });
  const wide = act(pointwise(channels * residual.expansion).apply(x));
  const deep = act(new DepthwiseConv2D({ kernelSize, strides, padding, trainable, useBias }).apply(wide));
  const narrow = normalize(pointwise(filters).apply(deep));
  const isSame = narrow.shape.every((size, i) => size === x.shape[i]);
  return isSame ? new Add().apply([x, narrow]) : narrow;
}
