import { apply, type Op, type Tensor } from "../tensor.ts";

/** 1 where an entry is above 0, else 0: the mask of a ReLU. Nothing is learned through it. */
export function step(x: Tensor): Tensor {
  return apply(stepOp, [x], {});
}

/** The operator of {@link step}: ONNX's HardSigmoid. */
export const stepOp: Op = {
  name: "step",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  // One pass; Greater and Cast are two, and several times slower.
  emit: (emitter, { inputs }) =>
    emitter.node("HardSigmoid", [emitter.name(inputs[0]!)], { alpha: { float: 1e30 }, beta: { float: 0 } }),
  evaluate: ([x]) => (x!.data as Float32Array).map((value) => (value > 0 ? 1 : 0)),
};
