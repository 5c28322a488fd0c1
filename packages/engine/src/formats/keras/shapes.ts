// Operators of Keras and TensorFlow that change a tensor's shape, or sum along its axes.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import {
  Concatenate,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  Permute,
  Reshape,
  Resizing,
} from "../../nn/layers/index.ts";
import { isTensor } from "./arguments.ts";
import { entriesOf } from "./indexing.ts";
import { KerasOperation } from "./operation.ts";
import type { Operation, Operator } from "./operator.ts";

/** Axes as they are given, counted from 0, the batch; undefined if one is not there or is the batch. */
function axesOf(given: unknown, rank: number): readonly number[] | undefined {
  const axes = (Array.isArray(given) ? given : [given]).map((axis: unknown) =>
    typeof axis === "number" && axis < 0 ? axis + rank : axis,
  );
  const isOwn = (axis: unknown) => Number.isInteger(axis) && (axis as number) > 0 && (axis as number) < rank;
  return axes.length > 0 && axes.every(isOwn) ? (axes as number[]) : undefined;
}

const rankOf = ({ shape }: LayerOutput) => shape.length + 1;
const along = ({ refuse, value }: Operation, rank: number) => {
  const axes = axesOf(value(1), rank);
  if (axes === undefined) throw refuse(`works along axis ${JSON.stringify(value(1) ?? null)}`);
  return axes;
};

/** `mean(x, axis, keepdims)` */
export function meanOver(names: readonly string[]): Operator {
  return over("mean", names);
}

const REDUCTIONS = { mean: ops.reduceMean, max: ops.reduceMax, sum: ops.reduceSum } as const;
const POOLS = { mean: GlobalAveragePooling2D, max: GlobalMaxPooling2D, sum: undefined } as const;

/** `max(x, axis, keepdims)` and its like. */
export function over(kind: keyof typeof REDUCTIONS, names: readonly string[]): Operator {
  const make = (operation: Operation): LayerOutput => {
    const { name, tensor, value } = operation;
    const x = tensor(0);
    const axes = along(operation, rankOf(x));
    const keepdims = Boolean(value(2));
    const Pool = POOLS[kind];
    if (Pool && x.shape.length === 3 && axes.toSorted().join() === "1,2") return new Pool({ keepdims, name }).apply(x);
    return new KerasOperation(kind, ([t]) => REDUCTIONS[kind](t!, axes, keepdims), { name }).apply(x);
  };
  return { names, make };
}

/** `reshape(x, newshape)`: the batch stays. */
export function reshaped(names: readonly string[]): Operator {
  const make = ({ name, refuse, tensor, value }: Operation): LayerOutput => {
    const shape = value(1);
    if (!Array.isArray(shape) || (shape[0] !== -1 && shape[0] !== null) || !shape.slice(1).every(Number.isInteger))
      throw refuse(`makes the shape ${JSON.stringify(shape)}, whose first size must be -1`);
    return new Reshape({ targetShape: shape.slice(1) as number[], name }).apply(tensor(0));
  };
  return { names, make };
}

/** `transpose(x, axes)`: the batch stays first. */
export function permuted(names: readonly string[]): Operator {
  const make = ({ name, refuse, tensor, value }: Operation): LayerOutput => {
    const axes = value(1);
    if (!Array.isArray(axes) || axes[0] !== 0) throw refuse(`puts the axes in the order ${JSON.stringify(axes)}`);
    return new Permute({ dims: axes.slice(1) as number[], name }).apply(tensor(0));
  };
  return { names, make };
}

/** `expand_dims(x, axis)` */
export function expanded(names: readonly string[]): Operator {
  const make = (operation: Operation): LayerOutput => {
    const x = operation.tensor(0);
    const [axis] = along(operation, rankOf(x) + 1);
    return new Reshape({ targetShape: x.shape.toSpliced(axis! - 1, 0, 1), name: operation.name }).apply(x);
  };
  return { names, make };
}

/** `squeeze(x, axis)`; without `axis` all of size 1 go. */
export function squeezed(names: readonly string[]): Operator {
  const make = (operation: Operation): LayerOutput => {
    const x = operation.tensor(0);
    const axes = operation.value(1) === undefined ? undefined : along(operation, rankOf(x));
    const targetShape = x.shape.filter((size, i) => !(axes?.includes(i + 1) ?? size === 1));
    return new Reshape({ targetShape, name: operation.name }).apply(x);
  };
  return { names, make };
}

function listOf({ refuse, value }: Operation): readonly LayerOutput[] {
  const list = value(0);
  if (!Array.isArray(list) || list.length < 2 || !list.every(isTensor))
    throw refuse("takes an input that is not a list of tensors");
  return list;
}

/** `concatenate(xs, axis)` */
export function concatenated(names: readonly string[]): Operator {
  const make = (operation: Operation): LayerOutput => {
    const list = listOf(operation);
    const [axis] = along(operation, rankOf(list[0]!));
    return new Concatenate({ axis: axis!, name: operation.name }).apply(list);
  };
  return { names, make };
}

/** `stack(x, axis)` */
export function stacked(names: readonly string[]): Operator {
  const make = (operation: Operation): LayerOutput => {
    const list = listOf(operation);
    const [axis] = along(operation, rankOf(list[0]!) + 1);
    const act = (parts: readonly Tensor[]) =>
      ops.concat(
        parts.map((part) => ops.reshape(part, part.shape.toSpliced(axis!, 0, 1))),
        axis!,
      );
    return new KerasOperation("stack", act, { name: operation.name }).apply(list);
  };
  return { names, make };
}

/** `flip(x, axis)` */
export function flipped(names: readonly string[]): Operator {
  const make = (operation: Operation): LayerOutput => {
    const x = operation.tensor(0);
    const axes = along(operation, rankOf(x));
    const turn = (t: Tensor, axis: number) => entriesOf(t, axis, [...Array(x.shape[axis - 1]!).keys()].reverse());
    return new KerasOperation("flip", ([t]) => axes.reduce(turn, t!), { name: operation.name }).apply(x);
  };
  return { names, make };
}

/** `resize(images, size, interpolation)`, bilinear. */
export function resized(names: readonly string[]): Operator {
  const make = ({ name, refuse, tensor, value }: Operation): LayerOutput => {
    const [size, way = "bilinear"] = [value(1), value(2)];
    if (!Array.isArray(size) || size.length !== 2 || !size.every(Number.isInteger))
      throw refuse(`resizes to ${JSON.stringify(size)}`);
    if (way !== "bilinear") throw refuse(`resizes by ${JSON.stringify(way)} instead of "bilinear"`);
    return new Resizing({ height: size[0] as number, width: size[1] as number, name }).apply(tensor(0));
  };
  return { names, make };
}
