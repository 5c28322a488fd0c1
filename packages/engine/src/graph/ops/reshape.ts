import { LeukogramError } from "../../core/errors.ts";
import { type Dim, type Shape, sameShape, show, symbolOf, timesOf } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

type ReshapeAttributes = { readonly shape: Shape };

/** The same entries in another shape; at most one size is symbolic, and the same on both sides or a multiple. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const inner = x.op === (reshapeOp as unknown as Op) ? x.inputs[0]! : x;
  return sameShape(inner.shape, shape) ? inner : apply(reshapeOp, [inner], { shape });
}

/** The operator of {@link reshape}: ONNX's Reshape. */
export const reshapeOp: Op<ReshapeAttributes> = {
  name: "reshape",
  perImage: perImageOfFirst,
  infer([x], { shape }) {
    if (size(x!.shape) !== size(shape) || symbols(x!.shape) !== symbols(shape))
      throw new LeukogramError(
        "ERR_SHAPE",
        `reshape: ${show(x!.shape)} does not have as many entries as ${show(shape)}`,
      );
    return { shape, dtype: x!.dtype };
  },
  emit: (emitter, { inputs }, { shape }) =>
    emitter.node("Reshape", [
      emitter.name(inputs[0]!),
      emitter.ints(shape.map((dim) => (typeof dim === "number" ? dim : -1))),
    ]),
  evaluate: ([x]) => x!.data,
  gradient: ({ inputs: [x], dy, ops }) => [ops.reshape(dy, x!.shape)],
};

const size = (shape: Shape) =>
  shape.reduce((all: number, dim: Dim) => all * (typeof dim === "number" ? dim : timesOf(dim)), 1);
const symbols = (shape: Shape) => shape.flatMap((dim) => (typeof dim === "string" ? symbolOf(dim) : [])).join();
