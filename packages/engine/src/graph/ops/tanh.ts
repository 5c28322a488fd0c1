import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** The hyperbolic tangent of each entry. */
export function tanh(x: Tensor): Tensor {
  return apply(tanhOp, [x], {});
}

/** The operator of {@link tanh}: ONNX's Tanh. */
export const tanhOp: Op = {
  ...unaryOp(
    "tanh",
    "Tanh",
    (x) => Math.tanh(x),
    (_, y, dy, ops) => ops.mul(dy, ops.sub(ops.scalar(1), ops.mul(y, y))),
  ),
  keepsZero: () => true,
};
