import { broadcastShapes } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import { ELEMENTWISE } from "./elementwise.ts";

/** Whether entries are the same (dtype bool), with broadcasting. Nothing is learned through it. */
export function equal(a: Tensor, b: Tensor): Tensor {
  return apply(equalOp, [a, b], {});
}

/** The operator of {@link equal}: ONNX's Equal. */
export const equalOp: Op = {
  ...ELEMENTWISE,
  name: "equal",
  infer: ([a, b]) => ({ shape: broadcastShapes(a!.shape, b!.shape), dtype: "bool" }),
  emit: (emitter, { inputs }) =>
    emitter.node(
      "Equal",
      inputs.map((t) => emitter.name(t)),
    ),
  gradient: () => [],
};
