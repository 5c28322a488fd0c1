import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The first tensor over the second. Shapes are broadcast as NumPy does. */
export function div(a: Tensor, b: Tensor): Tensor {
  return apply(divOp, [a, b], {});
}

/** The operator of {@link div}: ONNX's Div. */
export const divOp: Op = binaryOp(
  "div",
  "Div",
  (a, b) => a / b,
  (_, b, y, dy, ops) => [ops.div(dy, b), ops.neg(ops.div(ops.mul(dy, y), b))],
);
