// What reductions share.
import type { Shape } from "../../core/shape.ts";

/** Axes to reduce, and whether they stay as 1. */
export type ReduceAttributes = { readonly axes: readonly number[]; readonly keepDims: boolean };

/** The shape that is left. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttributes): Shape {
  return keepDims ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));
}
