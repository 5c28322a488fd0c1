import { apply, type Op, type Tensor } from "../tensor.ts";
import { ELEMENTWISE } from "./elementwise.ts";

type ClipAttributes = { readonly low: number; readonly high: number };

/** Each entry, no lower than `low` and no higher than `high`. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return apply(clipOp, [x], { low, high });
}

/** The operator of {@link clip}: ONNX's Clip. */
export const clipOp: Op<ClipAttributes> = {
  ...ELEMENTWISE,
  name: "clip",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit: (emitter, { inputs }, { low, high }) =>
    emitter.node("Clip", [emitter.name(inputs[0]!), emitter.scalar(low), emitter.scalar(high)]),
  evaluate: ([x], { low, high }) => (x!.data as Float32Array).map((value) => Math.min(Math.max(value, low), high)),
  gradient({ node, dy, attributes: { low, high }, ops }) {
    const above = Number.isFinite(low) ? ops.mul(dy, ops.step(node, low)) : dy;
    return [Number.isFinite(high) ? ops.mul(above, ops.step(node, high, true)) : above];
  },
};
