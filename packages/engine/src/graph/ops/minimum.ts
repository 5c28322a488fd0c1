import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The smaller of two tensors; ties pass no gradient. Shapes are broadcast as NumPy does. */
export function minimum(a: Tensor, b: Tensor): Tensor {
  return apply(minimumOp, [a, b], {});
}

/** The operator of {@link minimum}: ONNX's Min. */
export const minimumOp: Op = binaryOp(
  "minimum",
  "Min",
  (a, b) => Math.min(a, b),
  (a, b, ___, dy, ops) => [ops.mul(dy, ops.step(ops.sub(b, a))), ops.mul(dy, ops.step(ops.sub(a, b)))],
);
