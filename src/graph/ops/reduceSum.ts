import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ReduceAttributes, reducedShape } from "./reduce.ts";

/** The sum along `axes`, which stay as 1 where `keepDims`. */
export function reduceSum(x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  return axes.length === 0 ? x : apply(reduceSumOp, [x], { axes, keepDims });
}

/** The operator of {@link reduceSum}: ONNX's ReduceSum. */
export const reduceSumOp: Op<ReduceAttributes> = {
  name: "reduceSum",
  infer: ([x], attributes) => ({ shape: reducedShape(x!.shape, attributes), dtype: x!.dtype }),
  emit(emitter, { inputs: [x] }, { axes, keepDims }) {
    const keepdims = { int: keepDims ? 1 : 0 };
    const [n, , h, w] = x!.shape;
    // Over one image (the batch may be folded into it), GlobalAveragePool is several times faster than ReduceSum.
    if (x!.rank !== 4 || n !== 1 || String(axes) !== "0,2,3" || typeof h !== "number" || typeof w !== "number")
      return emitter.node("ReduceSum", [emitter.name(x!), emitter.ints(axes)], { keepdims });
    const pooled = emitter.node("GlobalAveragePool", [emitter.name(x!)]); // [1, C, 1, 1]
    const sum = emitter.node("ReduceSum", [pooled, emitter.ints(axes)], { keepdims });
    return emitter.node("Mul", [sum, emitter.scalar(h * w)]);
  },
  gradient: ({ inputs: [x], attributes, dy, ops }) => [
    ops.expand(ops.reshape(dy, reducedShape(x!.shape, { ...attributes, keepDims: true })), x!.shape),
  ],
};
