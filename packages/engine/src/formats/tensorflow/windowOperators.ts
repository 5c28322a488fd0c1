// The operators of TensorFlow that move a window over an image, and what is fused with them.
import type { DecodedAttribute } from "../../graph/onnx/decode.ts";
import { ACTIVATIONS, type Operator } from "./elementwiseOperators.ts";
import type { TensorflowNode } from "./node.ts";
import type { Translated, Translation } from "./translation.ts";

type Attributes = Readonly<Record<string, DecodedAttribute>>;

const isFirst = (node: TensorflowNode) => node.text("data_format", "NHWC") === "NCHW";

/** An image as [N, C, H, W], whichever way TensorFlow has it. */
function imageOf(x: Translated, node: TensorflowNode, graph: Translation): Translated {
  if (x.rank !== 4) throw node.refuse(`has an input of ${x.rank} axes; images have 4`);
  return isFirst(node) ? graph.plain(x) : graph.turned(x);
}

/** What an attribute says of height and width. */
function sides(node: TensorflowNode, attribute: string): readonly number[] {
  const given = node.ints(attribute);
  const [height, width, ...rest] = isFirst(node)
    ? [given[2], given[3], given[0], given[1]]
    : [given[1], given[2], given[0], given[3]];
  if (given.length === 0) return [1, 1];
  if (given.length !== 4 || rest.some((step) => step !== 1))
    throw node.refuse(
      `has ${attribute} ${JSON.stringify(given)}; only two numbers, for height and width, are supported`,
    );
  return [height!, width!];
}

function padding(node: TensorflowNode): Attributes {
  const word = node.text("padding", "");
  if (word === "SAME") return { auto_pad: { string: "SAME_UPPER" } };
  if (word === "VALID") return { auto_pad: { string: "VALID" } };
  const pads = node.ints("explicit_paddings");
  if (word !== "EXPLICIT" || pads.length !== 8) throw node.refuse(`has padding ${JSON.stringify(word)}`);
  const [top, bottom, left, right] = isFirst(node) ? pads.slice(4) : pads.slice(2, 6);
  return { pads: { ints: [top!, left!, bottom!, right!] } };
}

/** Bias and activation behind a convolution or product, which are inputs from the third on. */
interface Fused {
  readonly bias: Translated | undefined;
  after(x: Translated): Translated;
}

function fusedOf(inputs: readonly Translated[], node: TensorflowNode, graph: Translation): Fused {
  const names = node.texts("fused_ops").filter((name) => name !== "NoOp");
  const rest = inputs.slice(2);
  const bias = names[0] === "BiasAdd" ? rest.shift() : undefined;
  const activations = names.slice(names[0] === "BiasAdd" ? 1 : 0);
  const unknown = activations.find((name) => ACTIVATIONS[name] === undefined);
  if (unknown !== undefined)
    throw node.refuse(
      `is fused with ${unknown}, which is not supported`,
      `Supported: BiasAdd, ${Object.keys(ACTIVATIONS).join(", ")}.`,
    );
  if (rest.length < (activations.includes("Prelu") ? 1 : 0) || (names[0] === "BiasAdd" && bias === undefined))
    throw node.refuse("has no inputs for the operators it is fused with");
  const after = (x: Translated) =>
    activations.reduce((y, name) => ACTIVATIONS[name]!([y, ...rest], node, graph) as Translated, x);
  return { bias, after };
}

// [KH, KW, C, M] -> [C * M, 1, KH, KW], by whose number of channels an image is split.
function depthwiseKernel(kernel: Translated, node: TensorflowNode, graph: Translation) {
  const { constant } = graph.transposed(kernel, [2, 3, 0, 1]);
  if (constant === undefined) throw node.refuse("has weights that are computed");
  const [channels, multiplier, height, width] = constant.shape as [number, number, number, number];
  const shape = [channels * multiplier, 1, height, width];
  return { weights: graph.constant({ ...constant, shape }), group: channels };
}

const convolution =
  (isDepthwise: boolean): Operator =>
  (inputs, node, graph) => {
    const [x, kernel] = inputs as [Translated, Translated];
    if (kernel.rank !== 4) throw node.refuse(`has a kernel of ${kernel.rank} axes; only 4 are supported`);
    const { weights, group } = isDepthwise
      ? depthwiseKernel(kernel, node, graph)
      : { weights: graph.transposed(kernel, [3, 2, 0, 1]), group: 1 };
    const fused = fusedOf(inputs, node, graph);
    const convolve = (given: Translated, settings: Attributes): Translated => {
      const image = imageOf(given, node, graph);
      const attributes = { strides: { ints: sides(node, "strides") }, group: { int: group }, ...settings };
      const inputs = [image, weights, ...(fused.bias ? [fused.bias] : [])];
      return fused.after({ ...image, name: graph.emit("Conv", inputs, { name: node.name, attributes }) });
    };
    const { dealt } = x;
    if (dealt === undefined) return convolve(x, { dilations: { ints: sides(node, "dilations") }, ...padding(node) });
    if (dealt.convolve !== undefined || node.text("padding", "") !== "VALID")
      throw node.refuse("uses the output of SpaceToBatchND in an unsupported way");
    const later = ([top, bottom, left, right]: readonly number[]) =>
      convolve(dealt.image, { dilations: { ints: dealt.dilations }, pads: { ints: [top!, left!, bottom!, right!] } });
    return { ...x, dealt: { ...dealt, convolve: later } };
  };

// A convolution with gaps: pixels are dealt out to several images, and these put together again behind it.
const deal: Operator = ([x, block, paddings], node) => {
  const [dilations, pads] = [knownNumbers(block, node), knownNumbers(paddings, node)];
  if (dilations.length !== 2 || pads.length !== 4 || x!.rank !== 4) throw node.refuse("is not applied to an image");
  return { name: node.name, rank: 4, isTurned: false, dealt: { image: x!, dilations, pads } };
};

const collect: Operator = ([x, block, crops], node) => {
  const { dealt } = x!;
  const cut = knownNumbers(crops, node);
  const pads = dealt?.pads.map((pad, i) => pad - cut[i]!) ?? [];
  const isSame = knownNumbers(block, node).join() === dealt?.dilations.join();
  if (dealt?.convolve === undefined || !isSame || !pads.every((pad) => pad >= 0))
    throw node.refuse("does not follow SpaceToBatchND and a convolution; only this is supported");
  return dealt.convolve(pads);
};

const pool =
  (type: "MaxPool" | "AveragePool"): Operator =>
  ([x], node, graph) => {
    const image = imageOf(x!, node, graph);
    const [size, strides] = [sides(node, "ksize"), sides(node, "strides")];
    const attributes = { kernel_shape: { ints: size }, strides: { ints: strides }, ...padding(node) };
    return { ...image, name: graph.emit(type, [image], { name: node.name, attributes }) };
  };

const batchNorm: Operator = ([x, ...weights], node, graph) => {
  if (node.flag("is_training")) throw node.refuse("normalises with the statistics of the batch");
  const image = imageOf(x!, node, graph);
  const attributes = { epsilon: { float: node.float("epsilon", 1e-4) } };
  const name = graph.emit("BatchNormalization", [image, ...weights.slice(0, 4)], { name: node.name, attributes });
  return { ...image, name };
};

// TensorFlow's three ways to lay the pixels of two sizes over each other; the nearest is that above, of two as near.
const resize =
  (mode: "linear" | "nearest"): Operator =>
  ([x, size], node, graph) => {
    const image = graph.turned(x!);
    const [isAligned, isHalf] = [node.flag("align_corners"), node.flag("half_pixel_centers")];
    if (isAligned && isHalf) throw node.refuse("has both align_corners and half_pixel_centers");
    const coordinates = isAligned ? "align_corners" : isHalf ? "half_pixel" : "asymmetric";
    const attributes = {
      axes: { ints: [2, 3] },
      mode: { string: mode },
      coordinate_transformation_mode: { string: coordinates },
      nearest_mode: { string: isAligned || isHalf ? "round_prefer_ceil" : "floor" },
    };
    const inputs = [image, undefined, undefined, size];
    return { ...image, name: graph.emit("Resize", inputs, { name: node.name, attributes }) };
  };

const matMul: Operator = (inputs, node, graph) => {
  const [a, b] = inputs as [Translated, Translated];
  if (a.rank !== 2 || b.rank !== 2) throw node.refuse(`multiplies ${a.rank} and ${b.rank} axes; only 2 are supported`);
  const fused = fusedOf(inputs, node, graph);
  const flip = (name: string) => ({ int: node.flag(name) ? 1 : 0 });
  const attributes = { transA: flip("transpose_a"), transB: flip("transpose_b") };
  const terms = [a, b, ...(fused.bias ? [fused.bias] : [])];
  return fused.after({ name: graph.emit("Gemm", terms, { name: node.name, attributes }), rank: 2, isTurned: false });
};

const batchMatMul: Operator = (inputs, node, graph) => {
  const [a, b] = inputs.map((x, i) => {
    const plain = graph.plain(x);
    const order = [...new Array(x.rank).keys()].with(-1, x.rank - 2).with(-2, x.rank - 1);
    return node.flag(i === 0 ? "adj_x" : "adj_y") ? graph.transposed(plain, order) : plain;
  }) as [Translated, Translated];
  const rank = Math.max(a.rank, b.rank);
  return { name: graph.emit("MatMul", [a, b], { name: node.name }), rank, isTurned: false };
};

/** Whole numbers that an operator can't do without. @throws ERR_FORMAT if they are not known. */
export function knownNumbers(x: Translated | undefined, node: TensorflowNode): readonly number[] {
  const { whole } = x ?? {};
  if (whole === undefined || whole.some((value) => value === undefined))
    throw node.refuse("has axes or sizes that are not constant");
  return whole as readonly number[];
}

/** By name. */
export const WINDOW_OPERATORS: Readonly<Record<string, Operator>> = {
  AvgPool: pool("AveragePool"),
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  BatchToSpaceND: collect,
  Conv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  FusedDepthwiseConv2dNative: convolution(true),
  MatMul: matMul,
  MaxPool: pool("MaxPool"),
  ResizeBilinear: resize("linear"),
  ResizeNearestNeighbor: resize("nearest"),
  SpaceToBatchND: deal,
  _FusedConv2D: convolution(false),
  _FusedMatMul: matMul,
};
