// Keras's tensors are channels-last; ONNX Runtime computes channels-first. Layers translate at this border.
import { LeukogramError } from "../core/errors.ts";
import type { Dim } from "../core/shape.ts";

/** A shape without the batch, as Keras gives it: [H, W, C] or [F]. */
export type LayerShape = readonly number[];

/** The shape of a layer's tensor in the graph: [N, C, H, W] for images. */
export function toGraphShape(shape: LayerShape, batch: Dim): Dim[] {
  const [h, w, c] = shape;
  return shape.length === 3 ? [batch, c!, h!, w!] : [batch, ...shape];
}

/** The shape as Keras gives it, from that in the graph. */
export function fromGraphShape(shape: readonly Dim[]): number[] {
  const [, c, h, w] = shape as readonly number[];
  return shape.length === 4 ? [h!, w!, c!] : (shape.slice(1) as number[]);
}

/** Where an axis of Keras (batch is 0, -1 is the last) lies in the graph's tensor of that rank. */
export function toGraphAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank)
    throw new LeukogramError("ERR_SHAPE", `axis ${axis} is outside a tensor with ${rank} axes`);
  return rank === 4 ? [0, 2, 3, 1][positive]! : positive;
}
