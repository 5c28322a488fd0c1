import type { Shape } from "../../core/shape.ts";
import { apply, type DType, type Op, type Tensor } from "../tensor.ts";

type InputAttributes = { readonly name: string; readonly shape: Shape; readonly dtype: DType };

/** A tensor that is handed over when the graph runs. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  return apply(inputOp, [], { name, shape, dtype });
}

/** The operator of {@link input}: an input in ONNX. */
export const inputOp: Op<InputAttributes> = {
  name: "input",
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  emit: (_, __, { name }) => name,
};
