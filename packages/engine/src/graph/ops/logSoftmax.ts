import { apply, type Op, type Tensor } from "../tensor.ts";

/** The logarithm of the softmax along the last axis, which can't overflow. */
export function logSoftmax(x: Tensor): Tensor {
  return apply(logSoftmaxOp, [x], {});
}

/** The operator of {@link logSoftmax}: ONNX's LogSoftmax. */
export const logSoftmaxOp: Op = {
  name: "logSoftmax",
  perImage: ({ inputs: [x], rank }, _, isBatched) => rank > 1 && isBatched(x!),
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit: (emitter, { inputs }) => emitter.node("LogSoftmax", [emitter.name(inputs[0]!)], { axis: { int: -1 } }),
  gradient({ node, dy, ops }) {
    const sum = ops.reduceSum(dy, [node.rank - 1], true);
    return [ops.sub(dy, ops.mul(ops.exp(node), sum))];
  },
};
