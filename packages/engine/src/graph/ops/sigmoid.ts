import { apply, type Op, type Tensor } from "../tensor.ts";
import { unaryOp } from "./elementwise.ts";

/** 1 / (1 + exp(-x)) of each entry. */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidOp, [x], {});
}

/** The operator of {@link sigmoid}: ONNX's Sigmoid. */
export const sigmoidOp: Op = {
  ...unaryOp(
    "sigmoid",
    "Sigmoid",
    (x) => 1 / (1 + Math.exp(-x)),
    (_, y, dy, ops) => ops.mul(dy, ops.mul(y, ops.sub(ops.scalar(1), y))),
  ),
  keepsZero: () => false,
};
