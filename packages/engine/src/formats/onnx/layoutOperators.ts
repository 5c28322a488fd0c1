// The operators of ONNX that move entries and compute nothing.
import { type Dim, type Shape, timesOf } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { slicePlaces } from "./host/hostOperators.ts";
import { rowPlaces } from "./host/hostTables.ts";
import { checkEntries } from "./mostEntries.ts";
import { frontAxis, type NodeFacts, timesBatch } from "./nodeFacts.ts";
import { reshape } from "./reshape.ts";

type LayoutOperator = (inputs: readonly Tensor[], facts: NodeFacts, batch: Dim) => Tensor | readonly Tensor[];

const transpose: LayoutOperator = ([x], facts) =>
  ops.transpose(x!, facts.ints("perm") ?? [...x!.shape.keys()].reverse());

const squeeze: LayoutOperator = ([x], facts) => {
  const given = facts.numbers("axes", 1)?.map((axis) => frontAxis(axis, x!.rank, facts));
  const axes = given ?? [...x!.shape.keys()].filter((axis) => axis > 0 && x!.shape[axis] === 1);
  if (axes.some((axis) => x!.shape[axis] !== 1)) throw facts.refuse("squeezes an axis of more than one entry");
  return ops.reshape(
    x!,
    x!.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: LayoutOperator = ([x], facts) => {
  const given = facts.numbers("axes", 1);
  if (given === undefined) throw facts.refuse("has no axes");
  const rank = x!.rank + given.length;
  const axes = given.map((axis) => frontAxis(axis, rank, facts));
  if (new Set(axes).size !== axes.length) throw facts.refuse(`lists an axis twice: ${JSON.stringify(given)}`);
  const rest = [...x!.shape];
  return ops.reshape(
    x!,
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!)),
  );
};

const flatten: LayoutOperator = ([x], facts) => {
  const given = facts.int("axis", 1);
  const axis = given === x!.rank ? given : frontAxis(given, x!.rank, facts);
  const [before, after] = [x!.shape.slice(0, axis), x!.shape.slice(axis)];
  const batches = before.filter((size) => typeof size === "string").length;
  if (batches > 1 || after.some((size) => typeof size === "string"))
    throw facts.refuse(`mixes the images of a batch: ${JSON.stringify(x!.shape)} in rows`);
  // [batch, N, C] -> [batch * N, C]
  const times = before.reduce((all: number, size) => all * (typeof size === "string" ? timesOf(size) : size), 1);
  const rows = batches === 1 ? timesBatch(times) : times;
  return ops.reshape(x!, [rows, (after as number[]).reduce((all, size) => all * size, 1)]);
};

const split: LayoutOperator = ([x], facts) => {
  const axis = frontAxis(facts.int("axis", 0), x!.rank, facts);
  const size = fixedSize(x!, axis, facts);
  const parts = facts.node.outputs.length;
  const count = facts.int("num_outputs", parts);
  if (count !== parts) throw facts.refuse(`has num_outputs = ${count}, and gives ${parts}`);
  const part = Math.ceil(size / count);
  const sizes = facts.numbers("split", 1) ?? Array.from({ length: count }, (_, i) => Math.min(part, size - i * part));
  if (sizes.length !== parts || sizes.reduce((sum, length) => sum + length, 0) !== size)
    throw facts.refuse(`splits ${size} entries into ${JSON.stringify(sizes)}`);
  let start = 0;
  return sizes.map((length) => {
    start += length;
    return ops.slice(x!, axis, start - length, start);
  });
};

function fixedSize(x: Tensor, axis: number, facts: NodeFacts): number {
  const size = x.shape[axis]!;
  if (typeof size !== "number") throw facts.refuse("selects a part of the batch");
  return size;
}

const slice: LayoutOperator = ([x], facts) => {
  const [starts, ends] = [facts.numbers("starts", 1), facts.numbers("ends", 2)];
  if (starts === undefined || ends === undefined) throw facts.refuse("has no starts or ends");
  const axes = facts.numbers("axes", 3) ?? [...starts.keys()];
  const steps = facts.numbers("steps", 4) ?? starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length))
    throw facts.refuse("has different numbers of starts, ends, axes and steps");
  return axes.reduce((t, given, i) => {
    const axis = frontAxis(given, t.rank, facts);
    const [start, end, step] = [starts[i]!, ends[i]!, steps[i]!];
    if (start === 0 && end > 2 ** 30 && step === 1) return t;
    const places = slicePlaces(facts, fixedSize(t, axis, facts), [start, end, step]);
    const [first, last] = [places[0], places.at(-1)];
    if (first === undefined || last === undefined) throw facts.refuse("takes no entries");
    return step > 0 ? ops.slice(t, axis, first, last + 1, step) : ops.gather(t, axis, Int32Array.from(places));
  }, x!);
};

const gather: LayoutOperator = ([x], facts) => {
  const axis = frontAxis(facts.int("axis", 0), x!.rank, facts);
  const index = facts.hosts.get(1);
  const size = fixedSize(x!, axis, facts);
  if (index === undefined || index.data.length === 0) throw facts.refuse("takes entries that are not fixed");
  const places = (index.data as readonly number[]).map((at) => (at < 0 ? at + size : at));
  if (!places.every((at) => at >= 0 && at < size)) throw facts.refuse(`takes entries beyond the size ${size}`);
  const first = places[0]!;
  // Neighbours are a slice, which costs nothing.
  const isRun = places.every((at, i) => at === first + i);
  const shape = x!.shape.toSpliced(axis, 1, ...index.shape);
  if (isRun) return ops.reshape(ops.slice(x!, axis, first, first + places.length), shape);
  return ops.gather(x!, axis, Int32Array.from(places), index.shape);
};

// Each row of the indices names an entry, or all of what stands behind it, by its first axes.
const gatherND: LayoutOperator = ([x], facts) => {
  const index = facts.hosts.get(1);
  if (index === undefined) throw facts.refuse("takes entries that are not fixed");
  const depth = index.shape.at(-1) ?? 0;
  if (depth < 1 || depth > x!.rank) throw facts.refuse(`indexes ${depth} axes, but its input has ${x!.rank}`);
  const front = Array.from({ length: depth }, (_, axis) => fixedSize(x!, axis, facts));
  const places = Int32Array.from(rowPlaces(facts, index, { sizes: front, verb: "takes" }));
  const rest = x!.shape.slice(depth);
  const flat = ops.reshape(x!, [front.reduce((all, size) => all * size, 1), ...rest]);
  return ops.reshape(ops.gather(flat, 0, places), [...index.shape.slice(0, -1), ...rest]);
};

const pad: LayoutOperator = (inputs, facts) => {
  const x = inputs[0]!;
  const pads = facts.numbers("pads", 1) ?? facts.ints("paddings");
  const axes = facts.numbers("axes", 3)?.map((axis) => frontAxis(axis, x.rank, facts)) ?? [...x.shape.keys()];
  if (pads === undefined || pads.length !== 2 * axes.length) throw facts.refuse("does not have two pads for each axis");
  const mode = facts.text("mode", "constant");
  checkEntries(axes.reduce((shape, axis, i) => grown(shape, axis, pads[i]! + pads[i + axes.length]!), x.shape));
  const filling = inputs[2] === undefined ? facts.float("value", 0) : fixedNumber(inputs[2], facts);
  return axes.reduce((t, axis, i) => {
    const [before, after] = [pads[i]!, pads[i + axes.length]!];
    if (before === 0 && after === 0) return t;
    if (mode === "constant") return ops.pad(t, axis, before, after, filling);
    const size = fixedSize(t, axis, facts);
    const places = Array.from({ length: before + size + after }, (_, at) => padPlace(mode, at - before, size));
    const isOut = (at: number) => !(at >= 0 && at < size);
    if (before < 0 || after < 0 || places.some(isOut))
      throw facts.refuse(`has mode = ${mode}, with pads of the wrong size`);
    return ops.gather(t, axis, Int32Array.from(places));
  }, x);
};

const grown = (shape: Shape, axis: number, more: number): Shape => {
  const size = shape[axis]!;
  return typeof size === "number" ? shape.with(axis, size + more) : shape;
};

// The entry that stands for one beside the axis.
function padPlace(mode: string, at: number, size: number): number {
  if (mode === "edge") return Math.min(Math.max(at, 0), size - 1);
  if (mode === "wrap") return ((at % size) + size) % size;
  return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
}

/** The one number of a tensor that is a constant. */
export function fixedNumber(tensor: Tensor, facts: NodeFacts): number {
  const data = tensor.attributes.data as Float32Array | undefined;
  if (tensor.op !== ops.constantOp || data?.length !== 1) throw facts.refuse("takes a number that is not fixed");
  return data[0]!;
}

// Where the batch is asked for, it is that of what the entries are joined with.
const expand: LayoutOperator = ([x], facts) => {
  const shape = facts.list("shape", 1) ?? [];
  const rank = Math.max(shape.length, x!.rank);
  const full = Array.from({ length: rank }, (_, i): Dim => {
    const [own, wanted] = [x!.shape[i - rank + x!.rank] ?? 1, shape[i - rank + shape.length] ?? 1];
    if (typeof wanted === "number" && wanted !== 1 && own !== 1 && own !== wanted)
      throw facts.refuse(`repeats ${JSON.stringify(x!.shape)} to ${JSON.stringify(shape)}`);
    return typeof wanted === "string" || wanted === 1 ? own : wanted;
  });
  return ops.expand(ops.reshape(x!, [...new Array<Dim>(rank - x!.rank).fill(1), ...x!.shape]), full);
};

const tile: LayoutOperator = ([x], facts) => {
  const repeats = facts.list("repeats", 1) ?? [];
  if (repeats.length !== x!.rank) throw facts.refuse("does not have one repeat for each axis");
  return repeats.reduce((t: Tensor, count, axis) => {
    // As in Expand.
    if (typeof count === "string" && x!.shape[axis] === 1) return t;
    if (typeof count === "string") throw facts.refuse("depends on the size of the batch");
    if (count < 1) throw facts.refuse(`repeats an axis ${count} times`);
    if (count === 1) return t;
    checkEntries(t.shape.with(axis, fixedSize(t, axis, facts) * count));
    return ops.concat(new Array<Tensor>(count).fill(t), axis);
  }, x!);
};

// What has no batch is repeated for that of the others.
const concat: LayoutOperator = (inputs, facts, batch) => {
  const axis = frontAxis(facts.int("axis", 1), inputs[0]!.rank, facts);
  if (inputs.some(({ rank }) => rank !== inputs[0]!.rank))
    throw facts.refuse("concatenates tensors of different ranks");
  if (inputs.some(({ shape }) => typeof shape[axis] === "string")) throw facts.refuse("joins batches");
  const whole = inputs.find(({ shape }) => shape[0] === batch);
  if (whole === undefined || axis === 0) return ops.concat(inputs, axis);
  const one = whole.shape.reduce((part: Tensor, _, i) => (i === 0 ? part : ops.slice(part, i, 0, 1)), whole);
  const none = ops.mul(one, ops.scalar(0));
  return ops.concat(
    inputs.map((t) => (t.shape[0] === batch ? t : ops.add(none, t))),
    axis,
  );
};

// [N, C, H, W] -> [N, C / b^2, H * b, W * b]; DCR: the block is the outer part of the channels, CRD: the inner.
const depthToSpace: LayoutOperator = ([x], facts) => {
  const block = facts.int("blocksize", 1);
  const [n, c, h, w] = x!.shape as readonly [Dim, number, number, number];
  const depth = c / block ** 2;
  if (x!.rank !== 4 || block < 1 || !Number.isInteger(depth)) throw facts.refuse("does not match its input");
  const isOuter = facts.text("mode", "DCR") === "DCR";
  const parts = isOuter ? [n, block, block, depth, h, w] : [n, depth, block, block, h, w];
  const turned = ops.transpose(ops.reshape(x!, parts), isOuter ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]);
  return ops.reshape(turned, [n, depth, h * block, w * block]);
};

const spaceToDepth: LayoutOperator = ([x], facts) => {
  const block = facts.int("blocksize", 1);
  const [n, c, h, w] = x!.shape as readonly [Dim, number, number, number];
  if (x!.rank !== 4 || block < 1 || h % block !== 0 || w % block !== 0) throw facts.refuse("does not match its input");
  const turned = ops.transpose(ops.reshape(x!, [n, c, h / block, block, w / block, block]), [0, 3, 5, 1, 2, 4]);
  return ops.reshape(turned, [n, c * block ** 2, h / block, w / block]);
};

/** By name. */
export const LAYOUT_OPERATORS: Readonly<Record<string, LayoutOperator>> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  GatherND: gatherND,
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
