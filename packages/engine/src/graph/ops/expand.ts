import { LeukogramError } from "../../core/errors.ts";
import { type Shape, sameShape, show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type ExpandAttributes = { readonly shape: Shape };

/** The tensor repeated to `shape`, as NumPy broadcasts it; a symbolic size stays as it is. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(expandOp, [x], { shape });
}

/** The operator of {@link expand}: ONNX's Expand. */
export const expandOp: Op<ExpandAttributes> = {
  name: "expand",
  // A constant may be repeated for each image.
  perImage: ({ inputs: [x], rank }, _, isBatched) => x!.rank === rank && (isBatched(x!) || x!.shape[0] === 1),
  infer([x], { shape }) {
    const grown = shape.find((dim, i) => typeof dim === "string" && x!.shape[i - shape.length + x!.rank] !== dim);
    if (grown !== undefined)
      throw new LeukogramError("ERR_SHAPE", `expand: ${show(x!.shape)} can't be repeated ${grown} times`);
    return { shape, dtype: x!.dtype };
  },
  // ONNX broadcasts both ways: to 1 leaves a size as it is.
  emit: (emitter, { inputs: [x] }, { shape }) =>
    emitter.node("Expand", [emitter.name(x!), emitter.ints(shape.map((dim) => (typeof dim === "number" ? dim : 1)))]),
  gradient: ({ inputs: [x], dy, ops }) => [ops.sumTo(dy, x!.shape)],
};
