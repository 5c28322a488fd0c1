import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** The size of each entry. */
export function abs(x: Tensor): Tensor {
  return apply(absOp, [x], {});
}

/** The operator of {@link abs}: ONNX's Abs. */
export const absOp: Op = {
  ...unaryOp(
    "abs",
    "Abs",
    (x) => Math.abs(x),
    (x, __, dy, ops) => ops.mul(dy, ops.sign(x)),
  ),
  keepsZero: () => true,
};
