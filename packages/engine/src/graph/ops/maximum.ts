import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The larger of two tensors; ties pass no gradient. Shapes are broadcast as NumPy does. */
export function maximum(a: Tensor, b: Tensor): Tensor {
  return apply(maximumOp, [a, b], {});
}

/** The operator of {@link maximum}: ONNX's Max. */
export const maximumOp: Op = binaryOp(
  "maximum",
  "Max",
  (a, b) => Math.max(a, b),
  (a, b, ___, dy, ops) => [ops.mul(dy, ops.step(ops.sub(a, b))), ops.mul(dy, ops.step(ops.sub(b, a)))],
);
