import { LeukogramError } from "../../core/errors.ts";
import { broadcastShapes, show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageBroadcast, perImageOfFirst } from "./perImage.ts";

/** The matrix product over the last two axes; leading axes are broadcast. */
export function matMul(a: Tensor, b: Tensor): Tensor {
  return apply(matMulOp, [a, b], {});
}

/** The operator of {@link matMul}: ONNX's MatMul. */
export const matMulOp: Op = {
  name: "matMul",
  perImage: (node, attributes, isBatched) =>
    (node.rank === 2 ? perImageOfFirst : perImageBroadcast)(node, attributes, isBatched),
  infer([a, b]) {
    if (a!.rank < 2 || b!.rank < 2 || a!.shape.at(-1) !== b!.shape.at(-2))
      throw new LeukogramError("ERR_SHAPE", `matMul: ${show(a!.shape)} and ${show(b!.shape)} are not compatible`);
    const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return { shape: [...batch, a!.shape.at(-2)!, b!.shape.at(-1)!], dtype: a!.dtype };
  },
  emit: (emitter, { inputs }) =>
    emitter.node(
      "MatMul",
      inputs.map((t) => emitter.name(t)),
    ),
  gradient({ inputs: [a, b], dy, ops }) {
    const flip = (t: Tensor) => ops.transpose(t, [...t.shape.keys()].with(-1, t.rank - 2).with(-2, t.rank - 1));
    return [ops.sumTo(ops.matMul(dy, flip(b!)), a!.shape), ops.sumTo(ops.matMul(flip(a!), dy), b!.shape)];
  },
};
