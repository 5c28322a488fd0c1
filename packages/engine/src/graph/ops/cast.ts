import { ELEMENT_TYPE } from "../onnx/proto.ts";
import { apply, type DType, type Op, type Tensor } from "../tensor.ts";
import { ELEMENTWISE } from "./elementwise.ts";

type CastAttributes = { readonly to: DType };

/** The same entries in another type. Nothing is learned through it. */
export function cast(x: Tensor, to: DType): Tensor {
  return x.dtype === to ? x : apply(castOp, [x], { to });
}

/** The operator of {@link cast}: ONNX's Cast. */
export const castOp: Op<CastAttributes> = {
  ...ELEMENTWISE,
  name: "cast",
  infer: ([x], { to }) => ({ shape: x!.shape, dtype: to }),
  emit: (emitter, { inputs }, { to }) =>
    emitter.node("Cast", [emitter.name(inputs[0]!)], { to: { int: ELEMENT_TYPE[to] } }),
  gradient: () => [],
};
