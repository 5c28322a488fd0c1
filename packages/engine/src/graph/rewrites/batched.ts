// Which tensors of a graph are images of the batch.
import * as ops from "../ops/index.ts";
import type { Tensor } from "../tensor.ts";

/** The size of the batch, and the inputs whose first axis it is. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly inputs: ReadonlySet<string>;
}

/**
 * The nodes whose first axis is the batch, each image computed by itself. An axis may be as long as the batch by
 * chance, so what a node reads must say so.
 */
export function batchedNodes(order: readonly Tensor[], { batchSize, inputs }: BatchOptions): Set<Tensor> {
  const batched = new Set<Tensor>();
  const isBatched = (t: Tensor) => batched.has(t);
  for (const node of order) {
    const isPerImage =
      node.op === ops.inputOp
        ? inputs.has(node.attributes.name as string)
        : node.op.perImage?.(node, node.attributes, isBatched);
    if (isPerImage && node.shape[0] === batchSize) batched.add(node);
  }
  return batched;
}
