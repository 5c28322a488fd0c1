import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** The negative of each entry. */
export function neg(x: Tensor): Tensor {
  return apply(negOp, [x], {});
}

/** The operator of {@link neg}: ONNX's Neg. */
export const negOp: Op = {
  ...unaryOp(
    "neg",
    "Neg",
    (x) => -x,
    (_, __, dy, ops) => ops.neg(dy),
  ),
  keepsZero: () => true,
};
