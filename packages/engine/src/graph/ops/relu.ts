import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** The larger of each entry and 0. */
export function relu(x: Tensor): Tensor {
  return apply(reluOp, [x], {});
}

/** The operator of {@link relu}: ONNX's Relu. */
export const reluOp: Op = {
  ...unaryOp(
    "relu",
    "Relu",
    (x) => Math.max(x, 0),
    (_, y, dy, ops) => ops.mul(dy, ops.step(y)),
  ),
  keepsZero: () => true,
  sharesPhases: true,
};
