import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** One over each entry. */
export function reciprocal(x: Tensor): Tensor {
  return apply(reciprocalOp, [x], {});
}

/** The operator of {@link reciprocal}: ONNX's Reciprocal. */
export const reciprocalOp: Op = unaryOp(
  "reciprocal",
  "Reciprocal",
  (x) => 1 / x,
  (_, y, dy, ops) => ops.neg(ops.mul(dy, ops.mul(y, y))),
);
