// What reductions share.
import { LeukogramError } from "../../core/errors.ts";
import { type Shape, show } from "../../core/shape.ts";

/** Axes to reduce, and whether they stay as 1. */
export type ReduceAttributes = { readonly axes: readonly number[]; readonly keepDims: boolean };

/** The shape that is left. @throws ERR_SHAPE if an axis is not there. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttributes): Shape {
  if (axes.some((axis) => axis < 0 || axis >= shape.length))
    throw new LeukogramError("ERR_SHAPE", `reduce: ${show(shape)} has no axes ${axes.join(", ")}`);
  return keepDims ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));
}
