import { type Shape, sameShape } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type ExpandAttributes = { readonly shape: Shape };

/** The tensor repeated to `shape`, as NumPy broadcasts it. The shape has no symbolic size. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(expandOp, [x], { shape });
}

/** The operator of {@link expand}: ONNX's Expand. */
export const expandOp: Op<ExpandAttributes> = {
  name: "expand",
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  emit: (emitter, { inputs }, { shape }) =>
    emitter.node("Expand", [emitter.name(inputs[0]!), emitter.ints(shape as number[])]),
  gradient: ({ inputs: [x], dy, ops }) => [ops.sumTo(dy, x!.shape)],
};
