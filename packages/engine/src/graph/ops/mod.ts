import { apply, type Op, type Tensor } from "../tensor.ts";
import { binaryOp } from "./elementwise.ts";

/** What is left of the first tensor over the second, which is taken as fixed; of the first one's sign, as C's fmod. */
export function mod(a: Tensor, b: Tensor): Tensor {
  return apply(modOp, [a, b], {});
}

const fmod = binaryOp(
  "mod",
  "Mod",
  (a, b) => a % b,
  (_, __, ___, dy) => [dy, undefined],
);

/** The operator of {@link mod}: ONNX's Mod. */
export const modOp: Op = {
  ...fmod,
  emit: (emitter, { inputs }) =>
    emitter.node(
      "Mod",
      inputs.map((t) => emitter.name(t)),
      { fmod: { int: 1 } },
    ),
};
