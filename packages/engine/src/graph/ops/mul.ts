import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The product of two tensors, entry by entry. Shapes are broadcast as NumPy does. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return apply(mulOp, [a, b], {});
}

/** The operator of {@link mul}: ONNX's Mul. */
export const mulOp: Op = {
  ...binaryOp(
    "mul",
    "Mul",
    (a, b) => a * b,
    (a, b, ___, dy, ops) => [ops.mul(dy, b), ops.mul(dy, a)],
    // Kernels are multiplied, with millions of weights.
    (out, k, size, { data: a, i, step: across }, { data: b, i: j, step: over }) => {
      for (let n = 0, p = i, q = j; n < size; n++, p += across, q += over) out[k + n] = a[p]! * b[q]!;
    },
  ),
  sharesPhases: true,
};
