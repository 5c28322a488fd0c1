// What the operators of ONNX mean, in our own: one row each.
import type { Dim } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { activate, alongLast, elu, gelu, leakyRelu, SELU_ALPHA, SELU_SCALE } from "../../nn/activations.ts";
import { einsum } from "./einsum.ts";
import { REAL_TYPES } from "./elementTypes.ts";
import { fixedNumber, LAYOUT_OPERATORS } from "./layoutOperators.ts";
import { frontAxis, type NodeFacts } from "./nodeFacts.ts";
import { NORMALIZATION_OPERATORS } from "./normalizationOperators.ts";
import { RESIZE_OPERATORS } from "./resizeOperators.ts";
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
  ([a, b]) =>
    act(a!, b!);

const many =
  (act: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (inputs) =>
    inputs.reduce(act);

const number = (value: number) => ops.scalar(value);
const plus = (x: Tensor, value: number) => ops.add(x, number(value));
const times = (x: Tensor, value: number) => ops.mul(x, number(value));

const hardSigmoid = (x: Tensor, alpha: number, beta: number) => ops.clip(plus(times(x, alpha), beta), 0, 1);

const selu: Unary = (x, facts) => times(elu(x, facts.float("alpha", SELU_ALPHA)), facts.float("gamma", SELU_SCALE));

const clip: Operator = ([x, low, high], facts) => {
  const limit = (tensor: Tensor | undefined, name: string, otherwise: number) =>
    tensor === undefined || tensor === x ? facts.float(name, otherwise) : fixedNumber(tensor, facts);
  return ops.clip(x!, limit(low, "min", Number.NEGATIVE_INFINITY), limit(high, "max", Number.POSITIVE_INFINITY));
};

const softmaxLike =
  (act: (t: Tensor) => Tensor): Operator =>
  ([x], facts) => {
    const axis = ownAxis(facts.int("axis", facts.opset < 13 ? 1 : -1), x!, facts);
    // Before opset 13 all axes from this one on were one.
    if (facts.opset >= 13 || x!.shape.slice(axis + 1).every((size) => size === 1)) return alongLast(x!, axis, act);
    const rest = (x!.shape.slice(axis) as number[]).reduce((product, size) => product * size, 1);
    return ops.reshape(act(ops.reshape(x!, [...x!.shape.slice(0, axis), rest])), x!.shape);
  };

/** An axis that is not that of the batch, whose images have nothing to do with each other. */
export function ownAxis(axis: number, x: Tensor, facts: NodeFacts): number {
  const front = frontAxis(axis, x.rank, facts);
  if (typeof x.shape[front] === "string") throw facts.refuse("works along the batch, which is not supported");
  return front;
}

type Reduction = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;

const reduction =
  (act: Reduction): Operator =>
  ([x], facts) => {
    const given = facts.numbers("axes", 1);
    const isAll = given === undefined || given.length === 0;
    // Over no axis: what a reduction of one entry gives.
    if (isAll && facts.int("noop_with_empty_axes", 0) === 1)
      return act(ops.reshape(x!, [...x!.shape, 1]), [x!.rank], false);
    const axes = (isAll ? [...x!.shape.keys()] : given).map((axis) => ownAxis(axis, x!, facts)).sort((a, b) => a - b);
    if (new Set(axes).size !== axes.length) throw facts.refuse(`lists an axis twice: ${JSON.stringify(given)}`);
    return act(x!, axes, facts.int("keepdims", 1) === 1);
  };

const least: Reduction = (x, axes, keep) => ops.neg(ops.reduceMax(ops.neg(x), axes, keep));

// A vector is a matrix of one row, or of one column.
function matMul(a: Tensor, b: Tensor, facts: NodeFacts): Tensor {
  const left = a.rank === 1 ? ops.reshape(a, [1, ...a.shape]) : a;
  const right = b.rank === 1 ? ops.reshape(b, [...b.shape, 1]) : b;
  ownAxis(-1, left, facts);
  const product = ops.matMul(left, right);
  const drop = [a.rank === 1 ? product.rank - 2 : -1, b.rank === 1 ? product.rank - 1 : -1];
  return ops.reshape(
    product,
    product.shape.filter((_, axis) => !drop.includes(axis)),
  );
}

const gemm: Operator = ([a, b, c], facts) => {
  if (a!.rank !== 2 || b!.rank !== 2) throw facts.refuse("multiplies inputs that are not matrices");
  const flip = (t: Tensor, name: string) => (facts.int(name, 0) === 1 ? ops.transpose(t, [1, 0]) : t);
  const product = times(matMul(flip(a!, "transA"), flip(b!, "transB"), facts), facts.float("alpha", 1));
  const beta = facts.float("beta", 1);
  const sum = c === undefined ? product : ops.add(product, beta === 1 ? c : times(c, beta));
  if (sum.rank !== 2) throw facts.refuse("adds an input that is not a matrix");
  return sum;
};

const cast: Operator = ([x], facts) => {
  const to = facts.int("to", 1);
  if (REAL_TYPES.has(to)) return x!;
  if (to === 9) return ops.sub(number(1), ops.cast(ops.equal(x!, number(0)), "float32"));
  if (to !== 6 && to !== 7)
    throw facts.refuse(`has to = ${to}; only real numbers, int32, int64 and bool are supported`);
  return ops.cast(ops.cast(x!, to === 6 ? "int32" : "int64"), "float32");
};

const mod: Operator = ([a, b], facts) => {
  if (facts.int("fmod", 0) !== 1) throw facts.refuse("has fmod = 0; only 1 is supported for real numbers");
  return ops.mod(a!, b!);
};

// With a condition that is known; what is not chosen counts 0 times.
const where: Operator = ([, a, b], facts) => {
  const { data, shape } = facts.hosts.get(0)!;
  const mask = (chosen: boolean) =>
    ops.constant(
      Float32Array.from(data, (is) => ((is !== 0) === chosen ? 1 : 0)),
      shape,
    );
  const part = (t: Tensor, chosen: boolean) => {
    const fixed = t.op === ops.constantOp ? (t.attributes.data as Float32Array) : undefined;
    if (fixed?.length !== 1) return ops.mul(t, mask(chosen));
    // A number that is not finite times 0 is none.
    const filled = Float32Array.from(data, (is) => ((is !== 0) === chosen ? fixed[0]! : 0));
    return ops.constant(filled, shape);
  };
  return ops.add(part(a!, true), part(b!, false));
};

const squares = (x: Tensor) => ops.mul(x, x);

const mean: Operator = (inputs) => times(inputs.reduce(ops.add), 1 / inputs.length);

/** The operators that are known, by name. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...WINDOW_OPERATORS,
  ...NORMALIZATION_OPERATORS,
  ...LAYOUT_OPERATORS,
  ...RESIZE_OPERATORS,
  Abs: unary(ops.abs),
  Add: binary(ops.add),
  Cast: cast,
  Clip: clip,
  Div: binary(ops.div),
  Einsum: einsum,
  Elu: unary((x, facts) => elu(x, facts.float("alpha", 1))),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Gelu: unary((x, facts) => gelu(x, facts.text("approximate", "none") === "tanh")),
  Gemm: gemm,
  HardSigmoid: unary((x, facts) => hardSigmoid(x, facts.float("alpha", 0.2), facts.float("beta", 0.5))),
  HardSwish: unary((x) => ops.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: unary((x, facts) => leakyRelu(x, facts.float("alpha", 0.01))),
  Log: unary(ops.log),
  LogSoftmax: softmaxLike(ops.logSoftmax),
  MatMul: ([a, b], facts) => matMul(a!, b!, facts),
  Max: many(ops.maximum),
  Mean: mean,
  Min: many(ops.minimum),
  Mish: unary((x) => activate(x, "mish")),
  Mod: mod,
  Mul: binary(ops.mul),
  Neg: unary(ops.neg),
  PRelu: ([x, slope]) => ops.add(ops.relu(x!), ops.mul(ops.minimum(x!, number(0)), slope!)),
  Pow: binary(ops.pow),
  Reciprocal: unary(ops.reciprocal),
  ReduceL1: reduction((x, axes, keep) => ops.reduceSum(ops.abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => ops.sqrt(ops.reduceSum(squares(x), axes, keep))),
  ReduceMax: reduction(ops.reduceMax),
  ReduceMean: reduction(ops.reduceMean),
  ReduceMin: reduction(least),
  ReduceSum: reduction(ops.reduceSum),
  ReduceSumSquare: reduction((x, axes, keep) => ops.reduceSum(squares(x), axes, keep)),
  Relu: unary(ops.relu),
  Selu: unary(selu),
  Sigmoid: unary(ops.sigmoid),
  Softmax: softmaxLike(ops.softmax),
  Sign: unary(ops.sign),
  Softplus: unary((x) => activate(x, "softplus")),
  Softsign: unary((x) => activate(x, "softsign")),
  Sqrt: unary(ops.sqrt),
  Sub: binary(ops.sub),
  Sum: many(ops.add),
  Swish: unary((x, facts) => ops.mul(x, ops.sigmoid(times(x, facts.float("alpha", 1))))),
  Tanh: unary(ops.tanh),
  Where: where,
};
