import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ReduceAttributes, reducedShape } from "./reduce.ts";

/** The largest entry along `axes`, which stay as 1 if `keepDims`. Ties share the gradient, as in TensorFlow. */
export function reduceMax(x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  return apply(reduceMaxOp, [x], { axes, keepDims });
}

/** The operator of {@link reduceMax}: ONNX's ReduceMax. */
export const reduceMaxOp: Op<ReduceAttributes> = {
  name: "reduceMax",
  perImage: ({ inputs: [x] }, { axes }, isBatched) => !axes.includes(0) && isBatched(x!),
  infer: ([x], attributes) => ({ shape: reducedShape(x!.shape, attributes), dtype: x!.dtype }),
  emit: (emitter, { inputs }, { axes, keepDims }) =>
    emitter.node("ReduceMax", [emitter.name(inputs[0]!), emitter.ints(axes)], { keepdims: { int: keepDims ? 1 : 0 } }),
  gradient({ node, inputs: [x], attributes: { axes }, dy, ops }) {
    const kept = reducedShape(x!.shape, { axes, keepDims: true });
    const hit = ops.cast(ops.equal(x!, ops.reshape(node, kept)), "float32");
    const share = ops.div(ops.reshape(dy, kept), ops.reduceSum(hit, axes, true));
    return [ops.mul(hit, share)];
  },
};
