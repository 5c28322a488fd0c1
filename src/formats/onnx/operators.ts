// What the operators of ONNX mean, in our own: one row each.
import type { Dim } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { BATCH, frontAxis, type NodeFacts } from "./nodeFacts.ts";
import { NORMALIZATION_OPERATORS } from "./normalizationOperators.ts";
import { WINDOW_OPERATORS } from "./windowOperators.ts";

/**
 * Adds a node to a graph: its result for these inputs, or all of them where it has several.
 *
 * @param batch the batch's size: its name, or a number where the graph is made for one.
 */
export type Operator = (inputs: readonly Tensor[], facts: NodeFacts, batch: Dim) => Tensor | readonly Tensor[];

type Unary = (x: Tensor, facts: NodeFacts) => Tensor;

const unary =
  (act: Unary): Operator =>
  ([x], facts) =>
    act(x!, facts);

const binary =
  (act: (a: Tensor, b: Tensor) => Tensor): Operator =>
  ([a, b], facts) => {
    if (facts.opset < 7 && facts.int("broadcast", 0) === 1) throw facts.refuse("broadcasts as before opset 7");
    return act(a!, b!);
  };

const many =
  (act: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (inputs) =>
    inputs.reduce(act);

const number = (value: number) => ops.scalar(value);
const plus = (x: Tensor, value: number) => ops.add(x, number(value));
const times = (x: Tensor, value: number) => ops.mul(x, number(value));
/** log(1 + exp(x)), of which no part overflows. */
const softplus = (x: Tensor) => ops.add(ops.relu(x), ops.log(plus(ops.exp(ops.neg(ops.abs(x))), 1)));
const belowZero = (x: Tensor) => ops.minimum(x, number(0));

const gelu: Unary = (x, facts) => {
  if (facts.text("approximate", "none") === "none")
    return ops.mul(times(x, 0.5), plus(ops.erf(times(x, Math.SQRT1_2)), 1));
  const inner = times(ops.add(x, times(ops.mul(x, ops.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI));
  return ops.mul(times(x, 0.5), plus(ops.tanh(inner), 1));
};

const hardSigmoid = (x: Tensor, alpha: number, beta: number) => ops.clip(plus(times(x, alpha), beta), 0, 1);

const elu: Unary = (x, facts) => ops.add(ops.relu(x), times(plus(ops.exp(belowZero(x)), -1), facts.float("alpha", 1)));

const selu: Unary = (x, facts) => {
  const alpha = facts.float("alpha", 1.6732632423543772);
  return times(
    ops.add(ops.relu(x), times(plus(ops.exp(belowZero(x)), -1), alpha)),
    facts.float("gamma", 1.0507009873554805),
  );
};

const clip: Operator = ([x, low, high], facts) => {
  const limit = (tensor: Tensor | undefined, name: string, otherwise: number) =>
    tensor === undefined || tensor === x ? facts.float(name, otherwise) : constantNumber(tensor, facts);
  return ops.clip(x!, limit(low, "min", Number.NEGATIVE_INFINITY), limit(high, "max", Number.POSITIVE_INFINITY));
};

function constantNumber(tensor: Tensor, facts: NodeFacts): number {
  const data = tensor.attributes.data as Float32Array | undefined;
  if (tensor.op !== ops.constantOp || data?.length !== 1) throw facts.refuse("takes a number that is not fixed");
  return data[0]!;
}

/** Along an axis that may be any: brought to the end, and back. */
function alongLast(x: Tensor, axis: number, act: (t: Tensor) => Tensor): Tensor {
  if (axis === x.rank - 1) return act(x);
  const swap = [...x.shape.keys()].with(axis, x.rank - 1).with(-1, axis);
  return ops.transpose(act(ops.transpose(x, swap)), swap);
}

const softmaxLike =
  (act: (t: Tensor) => Tensor): Operator =>
  ([x], facts) => {
    const axis = frontAxis(facts.int("axis", facts.opset < 13 ? 1 : -1), x!.rank, facts);
    // Before opset 13 all axes from this one on were one.
    if (facts.opset >= 13 || x!.shape.slice(axis + 1).every((size) => size === 1)) return alongLast(x!, axis, act);
    const rest = (x!.shape.slice(axis) as number[]).reduce((product, size) => product * size, 1);
    return ops.reshape(act(ops.reshape(x!, [...x!.shape.slice(0, axis), rest])), x!.shape);
  };

const reduction =
  (act: (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor): Operator =>
  ([x], facts) => {
    const given = facts.numbers("axes", 1);
    if (given === undefined && facts.int("noop_with_empty_axes", 0) === 1) return x!;
    const axes = (given ?? [...x!.shape.keys()]).map((axis) => frontAxis(axis, x!.rank, facts)).sort((a, b) => a - b);
    return act(x!, axes, facts.int("keepdims", 1) === 1);
  };

// 0 keeps a size, -1 is what is left; where nothing else is said the batch stays in front, even if it was written down as 1.
const reshape: Operator = ([x], facts, batch) => {
  const wanted = facts.list("shape", 1);
  if (wanted === undefined) throw facts.refuse("has a shape that is not fixed");
  const keepsZero = facts.int("allowzero", 0) === 0;
  const sizes = wanted.map((size, i) => (size === 0 && keepsZero ? x!.shape[i]! : size === BATCH ? batch : size));
  const isSaid = wanted.includes(BATCH) || (wanted[0] === 0 && keepsZero);
  if (!isSaid && x!.shape.includes(batch)) {
    if (wanted[0] !== 1 && wanted[0] !== -1) throw facts.refuse(`puts the batch into ${JSON.stringify(wanted)}`);
    sizes[0] = batch;
  }
  const product = (list: readonly Dim[]) =>
    list.reduce((all: number, size) => (typeof size === "number" && size !== -1 ? all * size : all), 1);
  const rest = product(x!.shape) / product(sizes);
  return ops.reshape(
    x!,
    sizes.map((size) => (size === -1 ? rest : size)),
  );
};

const transpose: Operator = ([x], facts) => ops.transpose(x!, facts.ints("perm") ?? [...x!.shape.keys()].reverse());

const squeeze: Operator = ([x], facts) => {
  const given = facts.numbers("axes", 1)?.map((axis) => frontAxis(axis, x!.rank, facts));
  const axes = given ?? [...x!.shape.keys()].filter((axis) => axis > 0 && x!.shape[axis] === 1);
  if (axes.some((axis) => x!.shape[axis] !== 1)) throw facts.refuse("squeezes an axis of more than one entry");
  return ops.reshape(
    x!,
    x!.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: Operator = ([x], facts) => {
  const given = facts.numbers("axes", 1) ?? [];
  const rank = x!.rank + given.length;
  const axes = given.map((axis) => frontAxis(axis, rank, facts));
  const rest = [...x!.shape];
  return ops.reshape(
    x!,
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!)),
  );
};

const flatten: Operator = ([x], facts) => {
  if (facts.int("axis", 1) !== 1) throw facts.refuse("flattens from another axis than 1");
  return ops.reshape(x!, [x!.shape[0]!, (x!.shape.slice(1) as number[]).reduce((all, size) => all * size, 1)]);
};

const split: Operator = ([x], facts) => {
  const axis = frontAxis(facts.int("axis", 0), x!.rank, facts);
  const size = x!.shape[axis] as number;
  const count = facts.node.outputs.length;
  const part = Math.ceil(size / count);
  const sizes = facts.numbers("split", 1) ?? Array.from({ length: count }, (_, i) => Math.min(part, size - i * part));
  let start = 0;
  return sizes.map((length) => {
    start += length;
    return ops.slice(x!, axis, start - length, start);
  });
};

const slice: Operator = ([x], facts) => {
  const starts = facts.numbers("starts", 1) ?? [];
  const ends = facts.numbers("ends", 2) ?? [];
  const axes = facts.numbers("axes", 3) ?? [...starts.keys()];
  const steps = facts.numbers("steps", 4) ?? starts.map(() => 1);
  return axes.reduce((t, given, i) => {
    const axis = frontAxis(given, t.rank, facts);
    const size = t.shape[axis];
    const within = (at: number) => Math.min(Math.max(at < 0 ? at + (size as number) : at, 0), size as number);
    if (typeof size !== "number") {
      if (starts[i] === 0 && ends[i]! > 2 ** 30) return t;
      throw facts.refuse("takes a part of the batch");
    }
    if (steps[i]! < 1) throw facts.refuse("goes backwards");
    return ops.slice(t, axis, within(starts[i]!), within(ends[i]!), steps[i]!);
  }, x!);
};

// Through slices, which gradients pass.
const gather: Operator = ([x], facts) => {
  const axis = frontAxis(facts.int("axis", 0), x!.rank, facts);
  const index = facts.hosts.get(1);
  const size = x!.shape[axis];
  if (index === undefined || typeof size !== "number") throw facts.refuse("takes entries that are not fixed");
  const places = (index.data as readonly number[]).map((at) => (at < 0 ? at + size : at));
  if (places.length === 0 || places.length > 4096) throw facts.refuse(`takes ${places.length} entries`);
  const parts = places.map((at) => ops.slice(x!, axis, at, at + 1));
  return ops.reshape(ops.concat(parts, axis), x!.shape.toSpliced(axis, 1, ...index.shape));
};

const pad: Operator = ([x, ...rest], facts) => {
  const pads = facts.numbers("pads", 1) ?? [];
  const value = rest.find((t) => t?.op === ops.constantOp);
  const filling = value === undefined ? facts.float("value", 0) : constantNumber(value, facts);
  if (facts.text("mode", "constant") !== "constant" || filling !== 0 || facts.hosts.has(3))
    throw facts.refuse("pads by something else than zeros all around");
  if (pads.length !== 2 * x!.rank) throw facts.refuse("has not two pads for each axis");
  return x!.shape.reduce((t: Tensor, _, axis) => ops.pad(t, axis, pads[axis]!, pads[axis + x!.rank]!), x!);
};

// Where the batch is asked for, it is that of what the entries are joined with.
const expand: Operator = ([x], facts) => {
  const shape = facts.list("shape", 1) ?? [];
  const rank = Math.max(shape.length, x!.rank);
  const full = Array.from({ length: rank }, (_, i): Dim => {
    const [own, wanted] = [x!.shape[i - rank + x!.rank] ?? 1, shape[i - rank + shape.length] ?? 1];
    return typeof wanted === "string" || wanted === 1 ? own : wanted;
  });
  return ops.expand(ops.reshape(x!, [...new Array<Dim>(rank - x!.rank).fill(1), ...x!.shape]), full);
};

// What has no batch is repeated for that of the others.
const concat: Operator = (inputs, facts, batch) => {
  const axis = frontAxis(facts.int("axis", 1), inputs[0]!.rank, facts);
  const whole = inputs.find(({ shape }) => shape[0] === batch);
  if (whole === undefined || axis === 0) return ops.concat(inputs, axis);
  const one = whole.shape.reduce((part: Tensor, _, i) => (i === 0 ? part : ops.slice(part, i, 0, 1)), whole);
  return ops.concat(
    inputs.map((t) => (t.shape[0] === batch ? t : ops.add(times(one, 0), t))),
    axis,
  );
};

const matMulGeneral: Operator = ([a, b, c], facts) => {
  const flip = (t: Tensor, name: string) => (facts.int(name, 0) === 1 ? ops.transpose(t, [1, 0]) : t);
  const product = times(ops.matMul(flip(a!, "transA"), flip(b!, "transB")), facts.float("alpha", 1));
  return c === undefined ? product : ops.add(product, times(c, facts.float("beta", 1)));
};

const mean: Operator = (inputs) => times(inputs.reduce(ops.add), 1 / inputs.length);

/** The operators that are known, by name. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...WINDOW_OPERATORS,
  ...NORMALIZATION_OPERATORS,
  Abs: unary(ops.abs),
  Add: binary(ops.add),
  Cast: unary((x) => x),
  Clip: clip,
  Concat: concat,
  Div: binary(ops.div),
  Dropout: unary((x) => x),
  Elu: unary(elu),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gelu: unary(gelu),
  Gemm: matMulGeneral,
  HardSigmoid: unary((x, facts) => hardSigmoid(x, facts.float("alpha", 0.2), facts.float("beta", 0.5))),
  HardSwish: unary((x) => ops.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Identity: unary((x) => x),
  LeakyRelu: unary((x, facts) => ops.add(ops.relu(x), times(belowZero(x), facts.float("alpha", 0.01)))),
  Log: unary(ops.log),
  LogSoftmax: softmaxLike(ops.logSoftmax),
  MatMul: binary(ops.matMul),
  Max: many(ops.maximum),
  Mean: mean,
  Min: many(ops.minimum),
  Mish: unary((x) => ops.mul(x, ops.tanh(softplus(x)))),
  Mul: binary(ops.mul),
  Neg: unary(ops.neg),
  PRelu: ([x, slope]) => ops.add(ops.relu(x!), ops.mul(belowZero(x!), slope!)),
  Pad: pad,
  Pow: binary(ops.pow),
  Reciprocal: unary(ops.reciprocal),
  ReduceL2: reduction((x, axes, keep) => ops.sqrt(ops.reduceSum(ops.mul(x, x), axes, keep))),
  ReduceMax: reduction(ops.reduceMax),
  ReduceMean: reduction(ops.reduceMean),
  ReduceSum: reduction(ops.reduceSum),
  Relu: unary(ops.relu),
  Reshape: reshape,
  Selu: unary(selu),
  Sigmoid: unary(ops.sigmoid),
  Slice: slice,
  Softmax: softmaxLike(ops.softmax),
  Softplus: unary(softplus),
  Split: split,
  Sqrt: unary(ops.sqrt),
  Squeeze: squeeze,
  Sub: binary(ops.sub),
  Sum: many(ops.add),
  Swish: unary((x, facts) => ops.mul(x, ops.sigmoid(times(x, facts.float("alpha", 1))))),
  Tanh: unary(ops.tanh),
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
