import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ReduceAttributes, reducedShape } from "./reduce.ts";

/** The sum along `axes`, which stay as 1 if `keepDims`. */
export function reduceSum(x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  return axes.length === 0 ? x : apply(reduceSumOp, [x], { axes, keepDims });
}

/** The operator of {@link reduceSum}: ONNX's ReduceSum. */
export const reduceSumOp: Op<ReduceAttributes> = {
  name: "reduceSum",
  perImage: ({ inputs: [x] }, { axes }, isBatched) => !axes.includes(0) && isBatched(x!),
  infer: ([x], attributes) => ({ shape: reducedShape(x!.shape, attributes), dtype: x!.dtype }),
  emit: (emitter, { inputs }, { axes, keepDims }) =>
    emitter.node("ReduceSum", [emitter.name(inputs[0]!), emitter.ints(axes)], { keepdims: { int: keepDims ? 1 : 0 } }),
  gradient: ({ inputs: [x], attributes, dy, ops }) => [
    ops.expand(ops.reshape(dy, reducedShape(x!.shape, { ...attributes, keepDims: true })), x!.shape),
  ],
};
