// The operators of TensorFlow that ask for shapes, change them, or go along axes.
import type { DecodedTensor } from "../../graph/onnx/decodeTensor.ts";
import type { Operator } from "./elementwiseOperators.ts";
import type { TensorflowNode } from "./node.ts";
import { axisOf, inOrder, type Translated, type Translation } from "./translation.ts";
import { knownNumbers } from "./windowOperators.ts";

/** To the end, whatever the size. */
const END = 2 ** 31 - 1;
/** More copies than this no network asks for. */
const MOST_COPIES = 4096;

const vector = (name: string, whole: readonly (number | undefined)[]): Translated => ({
  name,
  rank: 1,
  isTurned: false,
  whole,
});

const frontAxes = (axes: readonly number[], rank: number) => axes.map((axis) => (axis < 0 ? axis + rank : axis));

const reduction =
  (type: string): Operator =>
  ([x, given], node, graph) => {
    const keeps = node.flag("keep_dims");
    const axes = frontAxes(knownNumbers(given, node), x!.rank);
    // What is left of [N, C, H, W] has to be in TensorFlow's order.
    const left = inOrder(x!, [...new Array(x!.rank).keys()]).filter((axis) => !axes.includes(axis));
    const isOrdered = keeps || left.every((axis, i) => i === 0 || axis > left[i - 1]!);
    const from = isOrdered ? x! : graph.plain(x!);
    const attributes = { axes: { ints: axes.map((axis) => axisOf(from, axis)) }, keepdims: { int: keeps ? 1 : 0 } };
    const name = graph.emit(type, [from], { name: node.name, attributes });
    return keeps ? { name, rank: x!.rank, isTurned: from.isTurned } : { name, rank: left.length, isTurned: false };
  };

// Of whole numbers alone: the entries of a shape.
const prod: Operator = ([x], node, graph) => {
  if (x!.whole === undefined) throw node.refuse("multiplies values that are not a shape");
  const isKnown = x!.whole.every((size) => size !== undefined);
  const value = isKnown ? (x!.whole as number[]).reduce((a, b) => a * b, 1) : undefined;
  return { name: graph.emit("ReduceProd", [x!], { name: node.name }), rank: 0, isTurned: false, whole: [value] };
};

const shape: Operator = ([x], node, graph) =>
  vector(graph.emit("Shape", [graph.plain(x!)], { name: node.name }), new Array(x!.rank).fill(undefined));

function reshapedConstant(
  tensor: DecodedTensor,
  sizes: readonly number[],
  node: TensorflowNode,
  graph: Translation,
): Translated {
  const { length } = tensor.data;
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const shape = sizes.map((size) => (size === -1 ? length / known : size));
  const isFitting = shape.every((size) => Number.isInteger(size) && size >= 0);
  if (!isFitting || shape.reduce((product, size) => product * size, 1) !== length)
    throw node.refuse(`reshapes ${length} numbers to ${JSON.stringify(sizes)}`);
  const made = graph.constant({ ...tensor, shape });
  return tensor.isReal ? made : { ...made, whole: [...tensor.data] };
}

const reshape: Operator = ([x, to], node, graph) => {
  const sizes = to!.whole;
  if (sizes === undefined) throw node.refuse("has an unknown shape");
  const isKnown = sizes.every((size) => size !== undefined);
  if (x!.constant !== undefined && isKnown) return reshapedConstant(x!.constant, sizes, node, graph);
  const isPixel = x!.rank === 2 && sizes.length === 4 && sizes[1] === 1 && sizes[2] === 1;
  if (isPixel) {
    // A row of channels as an image of one pixel.
    const attributes = { axes: { ints: [2, 3] } };
    return { name: graph.emit("Unsqueeze", [x!], { name: node.name, attributes }), rank: 4, isTurned: true };
  }
  const attributes = isKnown ? { shape: { ints: sizes as number[] } } : {};
  const inputs = [graph.plain(x!), ...(isKnown ? [] : [to!])];
  const name = graph.emit("Reshape", inputs, { name: node.name, attributes });
  return { name, rank: sizes.length, isTurned: false, ...(x!.whole && { whole: x!.whole }) };
};

const squeeze: Operator = ([x], node, graph) => {
  const axes = frontAxes(node.ints("squeeze_dims"), x!.rank);
  const { constant } = x!;
  if (constant !== undefined) {
    const isLeft = (size: number, axis: number) => size !== 1 || (axes.length > 0 && !axes.includes(axis));
    return reshapedConstant(constant, constant.shape.filter(isLeft), node, graph);
  }
  if (axes.length === 0) throw node.refuse("does not list the axes to remove");
  const isOrdered = x!.isTurned && axes.includes(1) && axes.includes(2);
  const from = isOrdered ? x! : graph.plain(x!);
  const attributes = { axes: { ints: axes.map((axis) => axisOf(from, axis)) } };
  const name = graph.emit("Squeeze", [from], { name: node.name, attributes });
  return { name, rank: x!.rank - axes.length, isTurned: false, ...(x!.whole && { whole: x!.whole }) };
};

function unsqueezed(x: Translated, axis: number, { name }: TensorflowNode, graph: Translation): Translated {
  const attributes = { axes: { ints: [axis < 0 ? axis + x.rank + 1 : axis] } };
  const made = graph.emit("Unsqueeze", [graph.plain(x)], { name, attributes });
  return { name: made, rank: x.rank + 1, isTurned: false, ...(x.whole && { whole: x.whole }) };
}

const expandDims: Operator = ([x, dim], node, graph) => unsqueezed(x!, knownNumbers(dim, node)[0]!, node, graph);

function joined(parts: readonly Translated[], axis: number, node: TensorflowNode, graph: Translation): Translated {
  const values = parts.some(({ isTurned }) => isTurned) ? parts.map((part) => graph.turned(part)) : parts;
  const [first] = values as [Translated];
  const isWhole = values.every(({ whole }) => whole !== undefined);
  const attributes = { axis: { int: axisOf(first, axis) } };
  const name = graph.emit("Concat", values, { name: node.name, attributes });
  const whole = isWhole ? { whole: values.flatMap((value) => value.whole!) } : {};
  return { name, rank: first.rank, isTurned: first.isTurned, ...whole };
}

const concat: Operator = (inputs, node, graph) =>
  joined(inputs.slice(0, -1), knownNumbers(inputs.at(-1), node)[0]!, node, graph);

const pack: Operator = (inputs, node, graph) => {
  const axis = node.int("axis", 0);
  const parts = inputs.map((x) => unsqueezed(x, axis, node, graph));
  return joined(parts, axis, node, graph);
};

const tile: Operator = ([x, multiples], node, graph) =>
  knownNumbers(multiples, node).reduce((y, times, axis) => {
    if (!(times >= 1 && times <= MOST_COPIES)) throw node.refuse(`repeats ${times} times`);
    return times === 1 ? y : joined(new Array<Translated>(times).fill(y), axis, node, graph);
  }, x!);

const pad: Operator = ([x, paddings, filling], node, graph) => {
  const pads = knownNumbers(paddings, node);
  if (filling !== undefined && filling.constant?.data[0] !== 0) throw node.refuse("pads with values other than zero");
  if (pads.length !== 2 * x!.rank) throw node.refuse("does not have two pads for each axis");
  const pairs = Array.from({ length: x!.rank }, (_, axis) => pads.slice(2 * axis, 2 * axis + 2));
  const ordered = inOrder(x!, pairs);
  const ints = [...ordered.map(([before]) => before!), ...ordered.map(([, after]) => after!)];
  return { ...x!, name: graph.emit("Pad", [x!], { name: node.name, attributes: { pads: { ints } } }) };
};

const transpose: Operator = ([x, perm], node, graph) => {
  const order = knownNumbers(perm, node);
  if (order.toSorted((a, b) => a - b).join() !== [...new Array(x!.rank).keys()].join())
    throw node.refuse(`has the order ${JSON.stringify(order)} for ${x!.rank} axes`);
  // Between NHWC and NCHW: what lies there is that already.
  if (x!.isTurned && order.join() === "0,3,1,2") return { ...x!, isTurned: false };
  if (!x!.isTurned && order.join() === "0,2,3,1") return { name: graph.nameOf(x!), rank: 4, isTurned: true };
  return graph.transposed(graph.plain(x!), order);
};

function outputsOf(x: Translated, names: readonly string[]): readonly Translated[] {
  return names.map((name) => ({ name, rank: x.rank, isTurned: x.isTurned }));
}

const split: Operator = ([axis, x], node, graph) => {
  const attributes = { axis: { int: axisOf(x!, knownNumbers(axis, node)[0]!) } };
  const count = node.int("num_split", 1);
  if (!(count >= 1 && count <= MOST_COPIES)) throw node.refuse(`is split into ${count} parts`);
  const options = { name: node.name, attributes, count };
  return outputsOf(x!, graph.emitSeveral("Split", [x!], options));
};

const splitBySizes: Operator = ([x, sizes, axis], node, graph) => {
  const ints = knownNumbers(sizes, node);
  if (ints.some((size) => size < 0)) throw node.refuse("leaves a size open");
  const attributes = { axis: { int: axisOf(x!, knownNumbers(axis, node)[0]!) }, split: { ints } };
  return outputsOf(x!, graph.emitSeveral("Split", [x!], { name: node.name, attributes, count: ints.length }));
};

const gather: Operator = ([x, index, axis], node, graph) => {
  const at = knownNumbers(index, node);
  const along = axis === undefined ? 0 : knownNumbers(axis, node)[0]!;
  if (node.int("batch_dims", 0) !== 0) throw node.refuse("takes different entries for each image");
  const from = index!.rank === 1 ? x! : graph.plain(x!);
  const attributes = { axis: { int: axisOf(from, along) } };
  const name = graph.emit("Gather", [from, index!], { name: node.name, attributes });
  const whole = x!.whole && at.map((i) => x!.whole!.at(i));
  return { name, rank: x!.rank - 1 + index!.rank, isTurned: from.isTurned, ...(whole && { whole }) };
};

/** A part of each of some axes. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  /** Whether the axis, of one entry then, is taken away. */
  readonly isTaken: boolean;
}

function sliced(x: Translated, cuts: readonly Cut[], node: TensorflowNode, graph: Translation): Translated {
  const partial = cuts.filter(({ start, end, step, isTaken }) => isTaken || start !== 0 || end !== END || step !== 1);
  const taken = cuts.filter(({ isTaken }) => isTaken).map(({ axis }) => axis);
  const from = taken.length > 0 ? graph.plain(x) : x;
  if (partial.length === 0) return x;
  const attributes = {
    starts: { ints: partial.map(({ start }) => start) },
    ends: { ints: partial.map(({ end }) => end) },
    axes: { ints: partial.map(({ axis }) => axisOf(from, axis)) },
    steps: { ints: partial.map(({ step }) => step) },
  };
  const { start, end } = partial[0]!;
  const whole = x.whole && { whole: x.whole.slice(start, end) };
  const part = { rank: x.rank, isTurned: from.isTurned, ...whole };
  const name = graph.emit("Slice", [from], { name: node.name, attributes });
  if (taken.length === 0) return { ...part, name };
  const squeezed = { name: node.name, attributes: { axes: { ints: taken } } };
  return { ...part, rank: x.rank - taken.length, name: graph.emit("Squeeze", [{ ...part, name }], squeezed) };
}

const stridedSlice: Operator = ([x, begin, end, strides], node, graph) => {
  const [from, to, by] = [begin, end, strides].map((list) => knownNumbers(list, node)) as [
    number[],
    number[],
    number[],
  ];
  const isSet = (mask: string, i: number) => ((node.int(mask, 0) >> i) & 1) === 1;
  if (node.int("new_axis_mask", 0) !== 0) throw node.refuse("adds an axis, which is not supported");
  const cuts: Cut[] = [];
  for (let i = 0, axis = 0; i < from.length; i++, axis++) {
    if (isSet("ellipsis_mask", i)) {
      axis += x!.rank - from.length;
      continue;
    }
    const isTaken = isSet("shrink_axis_mask", i);
    const start = isSet("begin_mask", i) && !isTaken ? 0 : from[i]!;
    const last = isTaken ? (start === -1 ? END : start + 1) : isSet("end_mask", i) ? END : to[i]!;
    cuts.push({ axis, start, end: last, step: by[i]!, isTaken });
  }
  return sliced(x!, cuts, node, graph);
};

const slice: Operator = ([x, begin, size], node, graph) => {
  const [from, sizes] = [knownNumbers(begin, node), knownNumbers(size, node)];
  const cuts = from.map((start, axis) => {
    return { axis, start, end: sizes[axis] === -1 ? END : start + sizes[axis]!, step: 1, isTaken: false };
  });
  return sliced(x!, cuts, node, graph);
};

/** By name. */
export const SHAPE_OPERATORS: Readonly<Record<string, Operator>> = {
  ConcatV2: concat,
  ExpandDims: expandDims,
  GatherV2: gather,
  Max: reduction("ReduceMax"),
  Mean: reduction("ReduceMean"),
  Pack: pack,
  Pad: pad,
  PadV2: pad,
  Prod: prod,
  Reshape: reshape,
  Shape: shape,
  Slice: slice,
  Split: split,
  SplitV: splitBySizes,
  Squeeze: squeeze,
  StridedSlice: stridedSlice,
  Sum: reduction("ReduceSum"),
  Tile: tile,
  Transpose: transpose,
};
