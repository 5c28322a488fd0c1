import { LeukogramError } from "../core/errors.ts";
import * as ops from "./ops/index.ts";
import { type Tensor, topologicalOrder } from "./tensor.ts";

/**
 * Gradients of a scalar `loss` with respect to each of `sources`, by reverse-mode differentiation.
 *
 * @param weights of `loss`'s shape, where it is no scalar: the gradients are those of its entries' weighted sum.
 * @throws ERR_RUNTIME if the way from a source to the loss goes through an op that has no gradient.
 */
export function gradients(loss: Tensor, sources: readonly Tensor[], weights = ops.scalar(1)): Tensor[] {
  const order = topologicalOrder([loss]);
  const wanted = new Set(sources);
  for (const node of order) if (node.inputs.some((input) => wanted.has(input))) wanted.add(node);

  const terms = new Map<Tensor, Tensor[]>([[loss, [weights]]]);
  for (const node of order.reverse()) {
    const parts = terms.get(node);
    if (parts === undefined || !node.inputs.some((input) => wanted.has(input))) continue;
    const dy = parts.reduce((sum, part) => ops.add(sum, part));
    if (node.op.gradient === undefined) {
      if (node.dtype !== "float32") continue;
      throw new LeukogramError("ERR_RUNTIME", `autodiff: ${node.op.name} has no gradient`);
    }
    const found = node.op.gradient({ node, inputs: node.inputs, attributes: node.attributes, dy, ops });
    node.inputs.forEach((input, i) => {
      const part = found[i];
      if (part !== undefined && wanted.has(input)) terms.set(input, [...(terms.get(input) ?? []), part]);
    });
  }
  return sources.map((source) => {
    const parts = terms.get(source);
    if (parts !== undefined) return parts.reduce((sum, part) => ops.add(sum, part));
    // Every way from there leads through a step.
    if (order.includes(source)) return ops.full(source.shape as number[], 0);
    throw new LeukogramError("ERR_RUNTIME", "autodiff: the loss does not depend on a source");
  });
}
