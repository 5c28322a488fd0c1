import { LeukogramError } from "../../core/errors.ts";
import { permuted } from "../../core/permute.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type TransposeAttributes = { readonly order: readonly number[] };

/** The axes in another order: axis i of the result is axis `order[i]` of `x`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  if (order.length === x.rank && order.every((axis, i) => axis === i)) return x;
  return apply(transposeOp, [x], { order });
}

/** The operator of {@link transpose}: ONNX's Transpose. */
export const transposeOp: Op<TransposeAttributes> = {
  name: "transpose",
  perImage: ({ inputs: [x] }, { order }, isBatched) => order[0] === 0 && isBatched(x!),
  infer([x], { order }) {
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x!.rank)
      throw new LeukogramError(
        "ERR_SHAPE",
        `transpose: ${show(order)} is not an order of the axes of ${show(x!.shape)}`,
      );
    return { shape: order.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  emit: (emitter, { inputs }, { order }) =>
    emitter.node("Transpose", [emitter.name(inputs[0]!)], { perm: { ints: order } }),
  evaluate: ([x], { order }) => permuted(x!.data, x!.shape, order),
  gradient: ({ attributes: { order }, dy, ops }) => [
    ops.transpose(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
};
