// Rules that make any graph smaller and never slower.
import { numElements, sameShape } from "../../core/shape.ts";
import * as ops from "../ops/index.ts";
import type { Rule } from "../rewrite.ts";
import { type Constant, Tensor } from "../tensor.ts";

/** A constant's entries, or undefined for any other tensor. */
export function constantData(tensor: Tensor): Constant["data"] | undefined {
  return tensor.op.name === "constant" ? (tensor.attributes.data as Constant["data"]) : undefined;
}

/** Whether a tensor is a constant with `value` everywhere. */
export function isFilledWith(tensor: Tensor, value: number): boolean {
  return constantData(tensor)?.every((entry: number | bigint) => entry === value) ?? false;
}

/** A constant that grows beyond this, entries, is left to the runtime, which unfolds it when it loads the file. */
const LARGEST_GROWN = 1024;

const foldConstants: Rule = (node) => {
  if (node.op.evaluate === undefined || node.inputs.length === 0) return undefined;
  if (!node.inputs.every((input) => constantData(input) !== undefined)) return undefined;
  const entries = node.inputs.reduce((sum, { shape }) => sum + numElements(shape), 0);
  if (numElements(node.shape) > Math.max(LARGEST_GROWN, entries)) return undefined;
  const inputs = node.inputs.map((input) => ({ shape: input.shape as number[], data: constantData(input)! }));
  const data = node.op.evaluate(inputs, node.attributes, node);
  return data && ops.constant(data, node.shape as number[]);
};

const dropNeutral: Rule = (node) => {
  const [a, b] = node.inputs;
  const keep = (t: Tensor, other: Tensor, neutral: number) =>
    isFilledWith(other, neutral) && sameShape(t.shape, node.shape) ? t : undefined;
  if (node.op === ops.addOp) return keep(a!, b!, 0) ?? keep(b!, a!, 0);
  if (node.op === ops.mulOp) return keep(a!, b!, 1) ?? keep(b!, a!, 1);
  if (node.op === ops.subOp) return keep(a!, b!, 0);
  if (node.op === ops.divOp) return keep(a!, b!, 1);
  return undefined;
};

const mergeLayout: Rule = (node) => {
  const x = node.inputs[0];
  if (node.op.name === "reshape") {
    const better = ops.reshape(x!, node.shape);
    return better.op === node.op && better.inputs[0] === x ? undefined : better;
  }
  if (node.op.name === "transpose" && x!.op === node.op) {
    const [outer, inner] = [node.attributes.order as number[], x!.attributes.order as number[]];
    return ops.transpose(
      x!.inputs[0]!,
      outer.map((axis) => inner[axis]!),
    );
  }
  return undefined;
};

/** Arithmetic that broadcasts by itself needs no expanded input. */
const dropExpand: Rule = (node) => {
  if (node.op !== ops.addOp && node.op !== ops.mulOp && node.op !== ops.subOp) return undefined;
  const [a, b] = node.inputs as [Tensor, Tensor];
  const bare = (t: Tensor) => (t.op.name === "expand" ? t.inputs[0]! : t);
  const rebuild = (left: Tensor, right: Tensor) =>
    node.op === ops.addOp ? ops.add(left, right) : node.op === ops.mulOp ? ops.mul(left, right) : ops.sub(left, right);
  if (bare(a) !== a && sameShape(b.shape, node.shape)) return rebuild(bare(a), b);
  if (bare(b) !== b && sameShape(a.shape, node.shape)) return rebuild(a, bare(b));
  return undefined;
};

/** Zeros around an image become the padding of the convolution that reads it; likewise in its gradients. */
const mergePadding: Rule = (node) => {
  const { name } = node.op;
  const [x, other, bias] = node.inputs;
  if (name === "pad") return mergeCrop(node);
  if ((name !== "conv2d" && name !== "conv2dKernelGradient") || x!.op.name !== "pad") return undefined;
  const pads = morePadding(node, x!.attributes as PadSettings);
  if (pads === undefined) return undefined;
  const inputs = [x!.inputs[0]!, other!, ...(bias === undefined ? [] : [bias])];
  return new Tensor(node.op, inputs, { ...node.attributes, pads });
};

type PadSettings = { readonly axis: number; readonly before: number; readonly after: number; readonly value?: number };

/** What is cut off a convolution's input gradient was padding. */
function mergeCrop({ inputs: [x], attributes }: Tensor): Tensor | undefined {
  if (x!.op.name !== "conv2dInputGradient") return undefined;
  const { axis, before, after } = attributes as PadSettings;
  const pads = morePadding(x!, { axis, before: -before, after: -after });
  if (pads === undefined) return undefined;
  const inputSize = (x!.attributes.inputSize as [number, number]).with(
    axis - 2,
    (x!.shape[axis] as number) + before + after,
  );
  return new Tensor(x!.op, x!.inputs, { ...x!.attributes, pads, inputSize });
}

function morePadding(convolution: Tensor, { axis, before, after, value }: PadSettings): readonly number[] | undefined {
  if (value !== undefined || axis < 2 || before < 0 || after < 0) return undefined;
  const pads = [...(convolution.attributes.pads as number[])];
  pads[axis - 2]! += before;
  pads[axis]! += after;
  return pads;
}

/** A fixed scale and shift of the channels goes into the fixed kernel before it. */
const foldIntoKernel: Rule = (node) => {
  if (node.op !== ops.channelAffineOp) return undefined;
  const [x, scale, shift] = node.inputs as [Tensor, Tensor, Tensor];
  if (x.op.name !== "conv2d" || ![x.inputs[1]!, scale, shift].every((t) => constantData(t))) return undefined;
  const [input, kernel, bias] = x.inputs;
  const channels = scale.shape[0] as number;
  return ops.conv2d(input!, ops.mul(kernel!, ops.reshape(scale, [channels, 1, 1, 1])), {
    ...x.attributes,
    bias: bias === undefined ? shift : ops.add(ops.mul(bias, scale), shift),
  });
};

/** One fixed factor on the pixels goes into the fixed kernel that reads them; of x * s + o only x + o / s is left. */
const foldFactorIntoKernel: Rule = (node) => {
  const [x, kernel, bias] = node.inputs;
  if (node.op.name !== "conv2d" || constantData(kernel!) === undefined) return undefined;
  const offset = x!.op === ops.addOp && isFixedNumber(x!.inputs[1]!) ? x!.inputs[1]! : undefined;
  const scaled = offset === undefined ? x! : x!.inputs[0]!;
  const factor = scaled.inputs[1];
  if (scaled.op !== ops.mulOp || !isFixedNumber(factor!) || isFilledWith(factor!, 0)) return undefined;
  const pixels = scaled.inputs[0]!;
  const moved = offset === undefined ? pixels : ops.add(pixels, ops.div(offset, factor!));
  return ops.conv2d(moved, ops.mul(kernel!, factor!), { ...node.attributes, bias });
};

const isFixedNumber = (t: Tensor) => t.rank === 0 && constantData(t) instanceof Float32Array;

/** Slices of a vector that follow each other, set side by side again. */
const joinSlices: Rule = (node) => {
  if (node.op.name !== "concat" || node.rank !== 1) return undefined;
  const parts = node.inputs.map((t) => ({
    of: t.inputs[0],
    ...(t.attributes as { start: number; end: number; step: number }),
  }));
  const isNext = node.inputs.every(
    ({ op }, i) =>
      op.name === "slice" &&
      parts[i]!.of === parts[0]!.of &&
      parts[i]!.step === 1 &&
      (i === 0 || parts[i]!.start === parts[i - 1]!.end),
  );
  return isNext ? ops.slice(parts[0]!.of!, 0, parts[0]!.start, parts.at(-1)!.end) : undefined;
};

/** Vectors that come from the same arithmetic, set side by side: the arithmetic once, on what they come from. */
const joinArithmetic: Rule = (node) => {
  if (node.op.name !== "concat" || node.rank !== 1) return undefined;
  const { op } = node.inputs[0]!;
  if (op !== ops.addOp && op !== ops.mulOp) return undefined;
  if (node.inputs.some((t) => t.op !== op)) return undefined;
  const operands = [0, 1].map((i) => {
    const each = node.inputs.map((t) => t.inputs[i]!);
    if (each.every((t) => t === each[0] && t.rank === 0)) return each[0];
    return each.every((t, k) => sameShape(t.shape, node.inputs[k]!.shape)) ? ops.concat(each, 0) : undefined;
  });
  return operands.some((t) => t === undefined) ? undefined : new Tensor(op, operands as Tensor[], {});
};

/** Constant folding, neutral arithmetic, layouts, padding and fixed normalisation. */
export const SIMPLIFY: readonly Rule[] = [
  foldConstants,
  dropNeutral,
  mergeLayout,
  dropExpand,
  mergePadding,
  foldIntoKernel,
  foldFactorIntoKernel,
  joinSlices,
  joinArithmetic,
];

/** Ops that are written in others become them. */
export const lower: Rule = (node) => node.op.lower?.(node, node.attributes, ops);
