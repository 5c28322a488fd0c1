import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** e to the power of each entry. */
export function exp(x: Tensor): Tensor {
  return apply(expOp, [x], {});
}

/** The operator of {@link exp}: ONNX's Exp. */
export const expOp: Op = unaryOp(
  "exp",
  "Exp",
  (x) => Math.exp(x),
  (_, y, dy, ops) => ops.mul(dy, y),
);
