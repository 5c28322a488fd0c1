// Nodes of ONNX that are a layer of Keras, with its weights.

import { permuted } from "../../core/permute.ts";
import type { ActivationName } from "../../nn/activations.ts";
import {
  Activation,
  Add,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Dense,
  Flatten,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  MaxPooling2D,
  ReLU,
  Reshape,
  ZeroPadding2D,
} from "../../nn/layers/index.ts";
import { allLayers, merge, plusChannels, scaleChannels, withNumber } from "./arithmeticLayers.ts";
import { type Convolved, convolutionLayers, samePads } from "./convolutionLayers.ts";
import { constant, type FoundLayer, type Mapping } from "./mapping.ts";
import { BATCH, frontAxis, type NodeFacts, windowOf } from "./nodeFacts.ts";
import { turnOf } from "./turns.ts";
import { type Computed, resultShape, shapeOf, type Value } from "./values.ts";

const activation =
  (which: ActivationName): Mapping =>
  ({ x, name }) => ({ inputs: [x], layers: [new Activation({ activation: which, name })] });

const conv: Mapping = ({ facts, values, x, shape, name }) => {
  const [kernel, bias] = [constant(values[1]), constant(values[2])];
  if (shape.length !== 4 || kernel?.shape.length !== 4 || (values[2] !== undefined && bias === undefined))
    return undefined;
  const window = windowOf(facts, shape.slice(2), kernel.shape.slice(2));
  const given: Convolved = { window, kernel, bias: bias?.data, groups: facts.int("group", 1), shape, name };
  return { inputs: [x], ...convolutionLayers(given) };
};

const gemm: Mapping = ({ facts, values, x, name }) => {
  const [kernel, bias] = [constant(values[1]), constant(values[2])];
  if (kernel?.shape.length !== 2 || facts.int("transA", 0) === 1) return undefined;
  const isFlipped = facts.int("transB", 0) === 1;
  const [from, units] = isFlipped ? [kernel.shape[1]!, kernel.shape[0]!] : (kernel.shape as [number, number]);
  if (values[2] !== undefined && (bias?.data.length !== units || bias.shape.at(-1) !== units)) return undefined;
  const [alpha, beta] = [facts.float("alpha", 1), facts.float("beta", 1)];
  const turned = isFlipped ? permuted(kernel.data, [units, from], [1, 0]) : kernel.data;
  const layer = new Dense({ units, useBias: bias !== undefined, name });
  const weights = [turned.map((w) => w * alpha), ...(bias ? [bias.data.map((b) => b * beta)] : [])];
  const flat = flattenedFrom(x);
  if (flat === undefined) return { inputs: [x], layers: [layer], weights };
  // Keras flattens with the channels last, ONNX with them first.
  const rows = channelsLast(weights[0]!, flat.shape, units);
  return { inputs: [flat.image], layers: [new Flatten(), layer], weights: [rows, ...weights.slice(1)] };
};

const matMul: Mapping = (given) => {
  const kernel = constant(given.values[1]);
  // Along the last axis, which is the channels' only if there is no image.
  return kernel?.shape.length === 2 && [2, 3].includes(given.shape.length) ? gemm(given) : undefined;
};

/** The image behind an operator that puts all of it in one row. */
function flattenedFrom(x: Value): { readonly image: Value; readonly shape: readonly number[] } | undefined {
  if (x.kind !== "pending" || x.source.kind !== "step") return undefined;
  const { facts, sources } = x.source.step;
  const [image] = sources;
  if (!["Flatten", "Reshape"].includes(facts.node.type) || image?.kind !== "input" || x.shape.length !== 2)
    return undefined;
  const value: Value = { kind: "layer", output: image.output };
  const shape = shapeOf(value).slice(1) as number[];
  return shape.length === 3 ? { image: value, shape } : undefined;
}

// [C * H * W, units] -> [H * W * C, units]
function channelsLast(rows: Float32Array, [c, h, w]: readonly number[], units: number): Float32Array {
  const out = new Float32Array(rows.length);
  for (let channel = 0; channel < c!; channel++)
    for (let place = 0; place < h! * w!; place++) {
      const from = (channel * h! * w! + place) * units;
      out.set(rows.subarray(from, from + units), (place * c! + channel) * units);
    }
  return out;
}

const batchNormalization: Mapping = ({ facts, values, x, shape, name }) => {
  const weights = values.slice(1, 5).map((value) => constant(value)?.data);
  if (weights.some((data) => data === undefined) || facts.int("training_mode", 0) === 1) return undefined;
  if (shape.length !== 4 && shape.length !== 2) return undefined;
  const layer = new BatchNormalization({
    momentum: facts.float("momentum", 0.9),
    epsilon: facts.float("epsilon", 1e-5),
    name,
  });
  return { inputs: [x], layers: [layer], weights: weights as Float32Array[] };
};

const clip: Mapping = ({ facts, values, x, name }) => {
  const limit = (place: number, key: string, otherwise: number) =>
    values[place] === undefined ? facts.float(key, otherwise) : constant(values[place])?.data[0];
  const [low, high] = [limit(1, "min", Number.NEGATIVE_INFINITY), limit(2, "max", Number.POSITIVE_INFINITY)];
  if (low !== 0 || high === undefined) return undefined;
  return { inputs: [x], layers: [new ReLU({ maxValue: high > 1e30 ? null : high, name })] };
};

// Zeros around an image and nowhere else.
const pad: Mapping = ({ facts, values, x, shape, name }) => {
  const pads = facts.numbers("pads", 1) ?? [];
  if (pads.length !== 8) return undefined;
  const filling = constant(values[2])?.data[0] ?? facts.float("value", 0);
  const isPlain = facts.text("mode", "constant") === "constant" && filling === 0 && !facts.hosts.has(3);
  const [top, left, bottom, right] = [pads[2], pads[3], pads[6], pads[7]] as [number, number, number, number];
  const isAround = shape.length === 4 && [0, 1, 4, 5].every((i) => pads[i] === 0) && Math.min(...pads) >= 0;
  if (!isPlain || !isAround) return undefined;
  const padding = [
    [top, bottom],
    [left, right],
  ] as const;
  return { inputs: [x], layers: [new ZeroPadding2D({ padding, name })] };
};

const pool =
  (LayerClass: typeof AveragePooling2D | typeof MaxPooling2D): Mapping =>
  ({ facts, x, shape, name }) => {
    if (shape.length !== 4) return undefined;
    const { size, strides, pads, dilations, hanging } = windowOf(facts, shape.slice(2));
    const padding = samePads({ size, strides, pads, dilations }, shape);
    if (padding === undefined || hanging.some((over) => over > 0) || dilations.some((distance) => distance !== 1))
      return undefined;
    // Keras's average is that of the pixels that are there.
    if (padding === "same" && facts.int("count_include_pad", 0) === 1) return undefined;
    return { inputs: [x], layers: [new LayerClass({ poolSize: size, strides, padding, name })] };
  };

const globalPool =
  (LayerClass: typeof GlobalAveragePooling2D | typeof GlobalMaxPooling2D): Mapping =>
  ({ x, shape, name }) =>
    shape.length === 4 ? { inputs: [x], layers: [new LayerClass({ keepdims: true, name })] } : undefined;

const overImage =
  (LayerClass: typeof GlobalAveragePooling2D | typeof GlobalMaxPooling2D): Mapping =>
  ({ facts, x, shape, name }) => {
    const axes = facts.numbers("axes", 1)?.map((axis) => frontAxis(axis, shape.length, facts));
    if (shape.length !== 4 || axes?.toSorted().join() !== "2,3") return undefined;
    return { inputs: [x], layers: [new LayerClass({ keepdims: facts.int("keepdims", 1) === 1, name })] };
  };

// An image of one pixel and a row of channels, either way; all of an image in one row, the channels last.
const reshape: Mapping = (given) => {
  const { facts, x, shape, name } = given;
  const turned = turnedImage(x);
  if (turned !== undefined && resultShape(facts, x).length === 2)
    return { inputs: [turned], layers: [new Flatten({ name })] };
  if (x.kind !== "layer") return undefined;
  const to = resultShape(facts, x);
  if (shape.length === 4 && shape[2] === 1 && shape[3] === 1 && to.length === 2)
    return { inputs: [x], layers: [new Flatten({ name })] };
  if (shape.length === 2 && to.length === 4 && to[2] === 1 && to[3] === 1)
    return { inputs: [x], layers: [new Reshape({ targetShape: [1, 1, to[1] as number], name })] };
  return undefined;
};

/** The image [N, C, H, W] of which a value is [N, H, W, C]. */
function turnedImage(x: Value): Value | undefined {
  const turn = x.kind === "pending" ? turnOf(x.source) : undefined;
  if (turn?.order.join() !== "0,2,3,1" || turn.from.kind !== "input") return undefined;
  return { kind: "layer", output: turn.from.output };
}

const softmax: Mapping = (given) => {
  const { facts, shape } = given;
  const axis = frontAxis(facts.int("axis", facts.opset < 13 ? 1 : -1), shape.length, facts);
  // Before opset 13 the places of an image were one axis with its channels.
  const isPixel = shape.slice(2).every((size) => size === 1);
  const isChannels = axis === 1 && (shape.length === 2 || (shape.length === 4 && (facts.opset >= 13 || isPixel)));
  return isChannels ? activation("softmax")(given) : undefined;
};

const concat: Mapping = ({ facts, values, shape, name }) => {
  const isChannels = frontAxis(facts.int("axis", 1), shape.length, facts) === 1;
  if (!isChannels || (shape.length !== 4 && shape.length !== 2) || !allLayers(values)) return undefined;
  return { inputs: values as Value[], layers: [new Concatenate({ name })] };
};

const hardSigmoid: Mapping = (given) => {
  const { facts } = given;
  const isKeras = Math.abs(facts.float("alpha", 0.2) - 1 / 6) < 1e-6 && facts.float("beta", 0.5) === 0.5;
  return isKeras ? activation("hard_sigmoid")(given) : undefined;
};

/** The mappings that there are, by operator. */
const MAPPINGS: Readonly<Record<string, Mapping>> = {
  Add: withNumber((offset) => ({ scale: 1, offset }), plusChannels, true),
  AveragePool: pool(AveragePooling2D),
  BatchNormalization: batchNormalization,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  Div: withNumber((value) => ({ scale: 1 / value })),
  Flatten: reshape,
  Gelu: (given) => (given.facts.text("approximate", "none") === "none" ? activation("gelu")(given) : undefined),
  Gemm: gemm,
  GlobalAveragePool: globalPool(GlobalAveragePooling2D),
  GlobalMaxPool: globalPool(GlobalMaxPooling2D),
  HardSigmoid: hardSigmoid,
  HardSwish: activation("hard_swish"),
  MatMul: matMul,
  MaxPool: pool(MaxPooling2D),
  Pad: pad,
  Mul: withNumber((scale) => ({ scale }), scaleChannels, true),
  ReduceMax: overImage(GlobalMaxPooling2D),
  ReduceMean: overImage(GlobalAveragePooling2D),
  Relu: ({ x, name }) => ({ inputs: [x], layers: [new ReLU({ name })] }),
  Reshape: reshape,
  Sigmoid: activation("sigmoid"),
  Softmax: softmax,
  Squeeze: reshape,
  Sub: withNumber((value) => ({ scale: 1, offset: -value })),
  Sum: merge(Add),
  Tanh: activation("tanh"),
  Unsqueeze: reshape,
};

/** The layer of Keras that a node is; undefined if it is none. */
export function kerasLayersOf(
  facts: NodeFacts,
  values: readonly (Value | undefined)[],
  name: string,
): FoundLayer | undefined {
  const mapping = MAPPINGS[facts.node.type];
  const x = values.find((value): value is Computed => value?.kind === "layer" || value?.kind === "pending");
  if (mapping === undefined || x === undefined) return undefined;
  const isFirst = values[0] === x;
  if (!isFirst && !["Add", "Mul"].includes(facts.node.type)) return undefined;
  const shape = shapeOf(x);
  // Layers take batches of images or rows.
  const isBatch = shape[0] === BATCH && shape.length > 1 && shape.slice(1).every((size) => typeof size === "number");
  return isBatch ? mapping({ facts, values, x, shape, name }) : undefined;
}
