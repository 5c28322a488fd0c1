import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** The natural logarithm of each entry. */
export function log(x: Tensor): Tensor {
  return apply(logOp, [x], {});
}

/** The operator of {@link log}: ONNX's Log. */
export const logOp: Op = unaryOp(
  "log",
  "Log",
  (x) => Math.log(x),
  (x, __, dy, ops) => ops.div(dy, x),
);
