import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The first tensor to the power of the second, which is taken as fixed. Shapes are broadcast as NumPy does. */
export function pow(a: Tensor, b: Tensor): Tensor {
  return apply(powOp, [a, b], {});
}

/** The operator of {@link pow}: ONNX's Pow. */
export const powOp: Op = binaryOp(
  "pow",
  "Pow",
  (a, b) => a ** b,
  (a, b, ___, dy, ops) => [ops.mul(dy, ops.mul(b, ops.pow(a, ops.sub(b, ops.scalar(1))))), undefined],
);
