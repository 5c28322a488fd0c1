// Keras's tensors are channels-last; ONNX Runtime computes channels-first. Layers translate at this border.
import { LeukogramError } from "../core/errors.ts";
import { type Dim, show } from "../core/shape.ts";
import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";

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

/**
 * Number of channels of an image's shape [H, W, C].
 *
 * @throws ERR_SHAPE if the shape is no image's.
 */
export function imageChannels(shape: LayerShape): number {
  if (shape.length !== 3)
    throw new LeukogramError("ERR_SHAPE", `expected an image [H, W, C], received ${show(shape)}`, {
      hint: "Add a Reshape before it.",
    });
  return shape[2]!;
}

/**
 * Number of channels, for a layer that normalises along the last axis as Keras counts it.
 *
 * @throws ERR_SHAPE if `axis` (batch is 0) is another one.
 */
export function lastAxisSize(shape: LayerShape, axis: number | readonly number[]): number {
  const axes = typeof axis === "number" ? [axis] : axis;
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== shape.length))
    throw new LeukogramError("ERR_SHAPE", `expected the last axis, received axis ${axes.join()} of ${show(shape)}`);
  return shape.at(-1)!;
}

/** Where an axis of Keras (batch is 0, -1 is the last) lies in the graph's tensor of that rank. */
export function toGraphAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank)
    throw new LeukogramError("ERR_SHAPE", `axis ${axis} is outside a tensor with ${rank} axes`);
  return rank === 4 ? [0, 2, 3, 1][positive]! : positive;
}

/** A tensor of the graph with its axes as Keras has them: [N, C, H, W] -> [N, H, W, C]. */
export function toKerasOrder(x: Tensor): Tensor {
  return x.rank === 4 ? ops.transpose(x, [0, 2, 3, 1]) : x;
}

/** The same the other way round. */
export function fromKerasOrder(x: Tensor): Tensor {
  return x.rank === 4 ? ops.transpose(x, [0, 3, 1, 2]) : x;
}
