import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ReduceAttributes, reducedShape } from "./reduce.ts";

/** The mean along `axes`, which stay as 1 if `keepDims`. */
export function reduceMean(x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  return axes.length === 0 ? x : apply(reduceMeanOp, [x], { axes, keepDims });
}

/** The operator of {@link reduceMean}: ONNX's GlobalAveragePool or ReduceMean. */
export const reduceMeanOp: Op<ReduceAttributes> = {
  name: "reduceMean",
  perImage: ({ inputs: [x] }, { axes }, isBatched) => !axes.includes(0) && isBatched(x!),
  infer: ([x], attributes) => ({ shape: reducedShape(x!.shape, attributes), dtype: x!.dtype }),
  emit(emitter, { inputs: [x] }, { axes, keepDims }) {
    const keepdims = { int: keepDims ? 1 : 0 };
    // GlobalAveragePool is several times faster than ReduceMean over the last axes.
    if (x!.rank === 4 && axes.includes(2) && axes.includes(3) && !axes.includes(1)) {
      const pooled = emitter.node("GlobalAveragePool", [emitter.name(x!)]); // [N, C, 1, 1]
      if (keepDims && axes.length === 2) return pooled;
      return emitter.node("ReduceMean", [pooled, emitter.ints(axes)], { keepdims });
    }
    return emitter.node("ReduceMean", [emitter.name(x!), emitter.ints(axes)], { keepdims });
  },
  gradient({ inputs: [x], attributes, dy, ops }) {
    const count = attributes.axes.reduce((product, axis) => product * (x!.shape[axis] as number), 1);
    const kept = ops.reshape(dy, reducedShape(x!.shape, { ...attributes, keepDims: true }));
    return [ops.expand(ops.mul(kept, ops.scalar(1 / count)), x!.shape)];
  },
};
