import { LeukogramError } from "../../core/errors.ts";
import { numElements, show } from "../../core/shape.ts";
import { apply, dtypeOf, type Op, type Tensor, type TensorData } from "../tensor.ts";

type ConstantAttributes = { readonly shape: readonly number[]; readonly data: TensorData };

/** A tensor whose entries are fixed. @throws ERR_SHAPE if their number is not the shape's. */
export function constant(data: TensorData, shape: readonly number[]): Tensor {
  return apply(constantOp, [], { shape, data });
}

/** One real number, of shape []. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

/** A float32 tensor with the same number everywhere. */
export function full(shape: readonly number[], value: number): Tensor {
  return constant(new Float32Array(numElements(shape)).fill(value), shape);
}

/** The operator of {@link constant}: an initializer in ONNX. */
export const constantOp: Op<ConstantAttributes> = {
  name: "constant",
  infer(_, { shape, data }) {
    if (data.length !== numElements(shape))
      throw new LeukogramError("ERR_SHAPE", `constant: ${data.length} entries do not match ${show(shape)}`);
    return { shape, dtype: dtypeOf(data) };
  },
  emit: (emitter, _, { shape, data }) => emitter.initializer(shape, data),
};
