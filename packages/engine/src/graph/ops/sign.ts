import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** -1, 0 or 1 by the sign of each entry; nothing is learned through it. */
export function sign(x: Tensor): Tensor {
  return apply(signOp, [x], {});
}

/** The operator of {@link sign}: ONNX's Sign. */
export const signOp: Op = {
  ...unaryOp("sign", "Sign", (x) => Math.sign(x)),
  gradient: () => [],
  keepsZero: () => true,
};
