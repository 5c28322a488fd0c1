// A model in whole numbers of 8 bits: static quantisation (Jacob et al. 2018), written as ONNX Runtime fuses it.
import { numElements } from "../core/shape.ts";
import * as ops from "../graph/ops/index.ts";
import { type Rule, rewrite } from "../graph/rewrite.ts";
import { constantData, lower, SIMPLIFY } from "../graph/rewrites/simplify.ts";
import { Tensor, topologicalOrder } from "../graph/tensor.ts";
import { fenced } from "./exportGraph.ts";
import { toGraphShape } from "./layout.ts";
import type { Model } from "./model.ts";
import { FIXED, type Outputs } from "./modelGraphs.ts";

/** Where a model is to be rounded, found before anything is known of its numbers. */
export interface QuantizationPlan {
  /** From `picture` [batch, C, H, W] to probabilities [batch, K]. */
  readonly output: Tensor;
  /** The tensors that are rounded. */
  readonly points: readonly Tensor[];
}

/** What was seen of a tensor: its least and greatest entry, and the mean of each channel. */
export interface Seen {
  readonly low: number;
  readonly high: number;
  readonly means: Float32Array;
}

/** Weights have 7 bits: on processors without VNNI sums of products of 8 bits overflow in ONNX Runtime's kernels. */
const LARGEST_WEIGHT = 63;

/** The largest bias in the units of the sums, of 32 bits: half the range is left to what is added to it. */
const LARGEST_BIAS = 2 ** 30;

/** The least unit of a sum: below, products of scales are no longer exact in float32. */
const LEAST_UNIT = 2 ** -120;

/** The input of what is planned: [batch, C, H, W]. */
export const PICTURE = "picture";

/** Finds the inputs of convolutions and sums of a model: what is between them follows in whole numbers. */
export function planQuantization(model: Model): QuantizationPlan {
  const picture = ops.input(PICTURE, toGraphShape(model.input.shape, "batch"));
  // Normalisations go into kernels before they are written as convolutions.
  const simple = rewrite({ output: model.call(picture, FIXED) }, SIMPLIFY);
  const { output } = rewrite(simple, [lower, ...SIMPLIFY]);
  const points = new Set<Tensor>();
  for (const node of topologicalOrder([output!])) {
    if (isWeighted(node)) points.add(node.inputs[0]!);
    // Behind a shortcut both ways are rounded, so that they are added as whole numbers.
    if (isSum(node)) for (const input of node.inputs) points.add(input);
  }
  return { output: output!, points: [...points] };
}

const isWeighted = (node: Tensor) =>
  node.op === ops.conv2dOp && node.inputs.slice(1).every((weight) => constantData(weight) !== undefined);

const isSum = (node: Tensor) =>
  node.op === ops.addOp &&
  node.rank === 4 &&
  node.inputs.every((input) => input.rank === 4 && constantData(input) === undefined);

/** `picture` to `low` and `high`, one entry a point, and `means`, one a channel of each point, over all images of a batch. */
export function rangesGraph({ points }: QuantizationPlan): Outputs {
  const channels = (x: Tensor) => ops.reshape(ops.reduceMean(x, [0, 2, 3]), [x.shape[1]!]);
  const greatest = (x: Tensor) => ops.reshape(ops.reduceMax(x, [...x.shape.keys()], true), [1]);
  return {
    low: ops.neg(
      ops.concat(
        points.map((x) => greatest(ops.neg(x))),
        0,
      ),
    ),
    high: ops.concat(points.map(greatest), 0),
    means: ops.concat(points.map(channels), 0),
  };
}

/**
 * The model with activations rounded to 8 bits within the ranges seen, and weights to 7, each output channel by its own scale.
 *
 * @param seen one a point of the plan.
 * @returns what answers to a picture in place of `model.call`.
 */
export function quantizedCall(
  { output, points }: QuantizationPlan,
  seen: readonly Seen[],
): (picture: Tensor) => Tensor {
  const scales: Scales = new Map(points.map((point, i) => [point, { ...scaleOf(seen[i]!), means: seen[i]!.means }]));
  const done = new Map<Tensor, Tensor>();
  // Inputs first, so that a deep network overflows no stack.
  for (const node of topologicalOrder([output])) done.set(node, wholeNode(node, done, scales));
  const whole = done.get(output)!;
  return (picture) => {
    const entry = fenced(picture);
    const enter: Rule = (node) => (node.op === ops.inputOp && node.attributes.name === PICTURE ? entry : undefined);
    return rewrite({ whole }, [enter]).whole!;
  };
}

/** How each point is rounded: entries are scale * (q - zero), q from 0 to 255. */
type Scales = ReadonlyMap<Tensor, { readonly scale: number; readonly zero: number; readonly means: Float32Array }>;

function wholeNode(node: Tensor, done: ReadonlyMap<Tensor, Tensor>, scales: Scales): Tensor {
  const inputs = node.inputs.map((input) => done.get(input)!);
  const round = (place: number) => {
    const found = scales.get(node.inputs[place]!)!;
    return ops.rounded8(inputs[place]!, found.scale, found.zero);
  };
  if (isWeighted(node)) {
    const { scale, means } = scales.get(node.inputs[0]!)!;
    const kernel = wholeKernel(node, scale);
    const bias = correctedBias(node, kernel, means);
    return ops.conv2d(round(0), kernel.tensor, { ...node.attributes, bias: wholeBias(bias, kernel.scales, scale) });
  }
  if (isSum(node)) return ops.add(round(0), round(1));
  const changed = inputs.some((input, i) => input !== node.inputs[i]);
  return changed ? new Tensor(node.op, inputs, node.attributes) : node;
}

// 0 is kept exactly: it is what padding adds.
function scaleOf({ low, high }: Seen): { readonly scale: number; readonly zero: number } {
  const [from, to] = [Math.min(low, 0), Math.max(high, 0)];
  const scale = Math.fround((to - from) / 255) || 1;
  return { scale, zero: Math.round(-from / scale) };
}

interface WholeKernel {
  readonly tensor: Tensor;
  readonly data: Int8Array;
  readonly scales: Float32Array;
}

// [O, ...]: one scale for each output channel, so large that its bias fits too, which is in units of scale * inputScale.
function wholeKernel({ inputs: [, kernel, bias] }: Tensor, inputScale: number): WholeKernel {
  const values = constantData(kernel!) as Float32Array;
  const biases = bias && (constantData(bias) as Float32Array);
  const shape = kernel!.shape as readonly number[];
  const size = numElements(shape.slice(1));
  const scales = new Float32Array(shape[0]!);
  const data = new Int8Array(values.length);
  for (let o = 0; o < scales.length; o++) {
    const own = values.subarray(o * size, (o + 1) * size);
    const most = own.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    const unit = Math.max(Math.abs(biases?.[o] ?? 0) / LARGEST_BIAS, LEAST_UNIT) / inputScale;
    const scale = Math.fround(Math.max(most / LARGEST_WEIGHT, unit));
    scales[o] = scale;
    for (const [i, value] of own.entries()) data[o * size + i] = Math.round(value / scale);
  }
  return { tensor: ops.wholeConstant({ data, shape, scales, axis: 0 }), data, scales };
}

// What rounding a kernel adds to each output channel on average is taken off its bias (Nagel et al. 2019, section 4.2).
function correctedBias(node: Tensor, { data, scales }: WholeKernel, means: Float32Array): Float32Array {
  const values = constantData(node.inputs[1]!) as Float32Array;
  const [outputs, depth, height, width] = node.inputs[1]!.shape as [number, number, number, number];
  const bias = node.inputs[2] && (constantData(node.inputs[2]) as Float32Array);
  const taps = height * width;
  const groupOutputs = outputs / (node.attributes.groups as number);
  return Float32Array.from({ length: outputs }, (_, o) => {
    const first = Math.floor(o / groupOutputs) * depth;
    let added = 0;
    for (let i = 0; i < depth * taps; i++) {
      const at = o * depth * taps + i;
      added += (data[at]! * scales[o]! - values[at]!) * means[first + Math.floor(i / taps)]!;
    }
    return (bias?.[o] ?? 0) - added;
  });
}

// In the units of the sums that it is added to.
function wholeBias(values: Float32Array, kernelScales: Float32Array, inputScale: number): Tensor {
  const scales = kernelScales.map((scale) => scale * inputScale);
  const data = Int32Array.from(values, (value, o) => Math.round(value / scales[o]!));
  return ops.wholeConstant({ data, shape: [values.length], scales, axis: 0 });
}
