import { apply, type Op, type Tensor } from "../tensor.ts";
import { ELEMENTWISE } from "./elementwise.ts";

/** The error function of each entry. */
export function erf(x: Tensor): Tensor {
  return apply(erfOp, [x], {});
}

/** The operator of {@link erf}: ONNX's Erf. */
export const erfOp: Op = {
  ...ELEMENTWISE,
  name: "erf",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit: (emitter, { inputs }) => emitter.node("Erf", [emitter.name(inputs[0]!)]),
  gradient({ inputs: [x], dy, ops }) {
    const bell = ops.mul(ops.exp(ops.neg(ops.mul(x!, x!))), ops.scalar(2 / Math.sqrt(Math.PI)));
    return [ops.mul(dy, bell)];
  },
};
