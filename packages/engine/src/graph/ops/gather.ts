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
  perImage: ({ inputs: [x] }, { axis }, isBatched) => axis > 0 && isBatched(x!),
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
  gradient({ inputs: [x], attributes: { axis, indices, indexShape }, dy, ops }) {
    const size = x!.shape[axis] as number;
    // Where each entry went: sums of as many places as the most chosen entry has, the missing ones a 0 behind the last.
    const places = Array.from({ length: size }, (): number[] => []);
    for (const [place, index] of indices.entries()) places[index]!.push(place);
    const most = Math.max(1, ...places.map(({ length }) => length));
    const table = places.flatMap((own) => [...own, ...new Array<number>(most - own.length).fill(indices.length)]);
    const row = ops.reshape(dy, dy.shape.toSpliced(axis, indexShape.length, indices.length));
    const chosen = ops.gather(ops.pad(row, axis, 0, 1), axis, Int32Array.from(table), [size, most]);
    return [ops.reduceSum(chosen, [axis + 1], false)];
  },
};
