import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The first tensor less the second. Shapes are broadcast as NumPy does. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return apply(subOp, [a, b], {});
}

/** The operator of {@link sub}: ONNX's Sub. */
export const subOp: Op = binaryOp(
  "sub",
  "Sub",
  (a, b) => a - b,
  (_, __, ___, dy, ops) => [dy, ops.neg(dy)],
);
