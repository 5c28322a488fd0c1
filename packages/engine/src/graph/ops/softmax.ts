import { apply, type Op, type Tensor } from "../tensor.ts";

/** exp(x) over its sum along the last axis. */
export function softmax(x: Tensor): Tensor {
  return apply(softmaxOp, [x], {});
}

/** The operator of {@link softmax}: ONNX's Softmax. */
export const softmaxOp: Op = {
  name: "softmax",
  perImage: ({ inputs: [x], rank }, _, isBatched) => rank > 1 && isBatched(x!),
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit: (emitter, { inputs }) => emitter.node("Softmax", [emitter.name(inputs[0]!)], { axis: { int: -1 } }),
  gradient({ node, dy, ops }) {
    const inner = ops.reduceSum(ops.mul(dy, node), [node.rank - 1], true);
    return [ops.mul(node, ops.sub(dy, inner))];
  },
};
