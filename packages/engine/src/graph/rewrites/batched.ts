// Which tensors of a graph are images of the batch.
import type { Tensor } from "../tensor.ts";

const PER_IMAGE = new Set([
  "conv2d",
  "conv2dInputGradient",
  "channelAffine",
  "toPhases",
  "fromPhases",
  "maxPool",
  "averagePool",
  "resize",
  "phase",
]);
/** Ops that compute each entry from the entries at the same place. */
export const ELEMENTWISE: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "relu",
  "step",
  "clip",
  "sigmoid",
  "tanh",
  "exp",
  "neg",
  "cast",
  "sqrt",
  "minimum",
  "maximum",
  "mod",
  "equal",
  "abs",
  "sign",
  "erf",
  "pow",
  "log",
  "reciprocal",
]);

/** The size of the batch, and the inputs whose first axis it is. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly inputs: ReadonlySet<string>;
}

/**
 * The nodes whose first axis is the batch, each image computed by itself. An axis may be as long as the batch by
 * chance, so what a node reads must say so.
 */
export function batchedNodes(order: readonly Tensor[], options: BatchOptions): Set<Tensor> {
  const batched = new Set<Tensor>();
  for (const node of order)
    if (node.shape[0] === options.batchSize && isPerImage(node, batched, options)) batched.add(node);
  return batched;
}

function isPerImage(node: Tensor, batched: ReadonlySet<Tensor>, { inputs }: BatchOptions): boolean {
  const { name } = node.op;
  const [x, ...rest] = node.inputs;
  const { axis, axes, order } = node.attributes as { axis: number; axes: readonly number[]; order: readonly number[] };
  const isImages = (t: Tensor) => batched.has(t) && t.rank === node.rank;
  const isShared = (t: Tensor) => !batched.has(t) && (t.rank < node.rank || t.shape[0] === 1);
  const isMap = (operands: readonly Tensor[]) =>
    operands.some(isImages) && operands.every((t) => isImages(t) || isShared(t));
  if (name === "input") return inputs.has(node.attributes.name as string);
  // A constant that is repeated for each image.
  if (name === "expand") return isImages(x!) || (x!.rank === node.rank && x!.shape[0] === 1);
  if (ELEMENTWISE.has(name)) return isMap(node.inputs);
  if (name === "matMul") return node.rank === 2 ? batched.has(x!) && !batched.has(rest[0]!) : isMap(node.inputs);
  if (name === "weave") return node.inputs.every((t) => batched.has(t));
  if (name === "concat") return axis > 0 && node.inputs.every((t) => batched.has(t));
  if (!batched.has(x!) || rest.some((t) => batched.has(t))) return false;
  if (name === "slice" || name === "pad" || name === "gather") return axis > 0;
  if (name === "transpose") return order[0] === 0;
  if (name === "softmax" || name === "logSoftmax") return node.rank > 1;
  if (name.startsWith("reduce")) return !axes.includes(0);
  return name === "reshape" || PER_IMAGE.has(name);
}
