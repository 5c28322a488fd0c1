import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** The square root of each entry. */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtOp, [x], {});
}

/** The operator of {@link sqrt}: ONNX's Sqrt. */
export const sqrtOp: Op = unaryOp(
  "sqrt",
  "Sqrt",
  (x) => Math.sqrt(x),
  (_, y, dy, ops) => ops.div(ops.mul(dy, ops.scalar(0.5)), y),
);
