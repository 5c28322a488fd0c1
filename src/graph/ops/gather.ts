import { strides } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type GatherAttributes = { readonly axis: number; readonly indices: Int32Array; readonly indexShape: readonly number[] };

/**
 * Entries of `x` along `axis`, chosen by fixed indices: the axis is replaced by the indices' shape.
 * On a flat vector this is any re-layout of weights in one node.
 */
export function gather(
  x: Tensor,
  axis: number,
  indices: Int32Array,
  indexShape: readonly number[] = [indices.length],
): Tensor {
  return apply(gatherOp, [x], { axis, indices, indexShape });
}

/** The operator of {@link gather}: ONNX's Gather. */
export const gatherOp: Op<GatherAttributes> = {
  name: "gather",
  infer: ([x], { axis, indexShape }) => ({ shape: x!.shape.toSpliced(axis, 1, ...indexShape), dtype: x!.dtype }),
  emit: (emitter, { inputs }, { axis, indices, indexShape }) =>
    emitter.node("Gather", [emitter.name(inputs[0]!), emitter.initializer(indexShape, indices)], {
      axis: { int: axis },
    }),
  evaluate([x], { axis, indices }) {
    if (!(x!.data instanceof Float32Array)) return undefined;
    const step = strides(x!.shape)[axis]!;
    const size = x!.shape[axis]!;
    const outer = x!.data.length / (step * size);
    const out = new Float32Array(outer * indices.length * step);
    let at = 0;
    for (let o = 0; o < outer; o++)
      for (const index of indices) for (let k = 0; k < step; k++) out[at++] = x!.data[(o * size + index) * step + k]!;
    return out;
  },
};
