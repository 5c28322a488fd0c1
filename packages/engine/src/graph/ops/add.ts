import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** The sum of two tensors. Shapes are broadcast as NumPy does. */
export function add(a: Tensor, b: Tensor): Tensor {
  return apply(addOp, [a, b], {});
}

/** The operator of {@link add}: ONNX's Add. */
export const addOp: Op = {
  ...binaryOp(
    "add",
    "Add",
    (a, b) => a + b,
    (_, __, ___, dy) => [dy, dy],
  ),
  sharesPhases: true,
};
