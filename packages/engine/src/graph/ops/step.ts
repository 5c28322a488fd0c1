import { apply, type Op, type Tensor } from "../tensor.ts";
import { ELEMENTWISE } from "./elementwise.ts";

/** Where the step is, and whether 1 lies below it rather than above. */
export type StepAttributes = { readonly at: number; readonly below: boolean };

/** 1 if an entry is above `at` (or `below` it), else 0: the mask of a ReLU. Nothing is learned through it. */
export function step(x: Tensor, at = 0, below = false): Tensor {
  return apply(stepOp, [x], { at, below });
}

/** So steep that next to nothing lies between 0 and 1; a power of two, so that the step is exactly where it should be. */
const SLOPE = 2 ** 100;

/** The operator of {@link step}: ONNX's HardSigmoid. */
export const stepOp: Op<StepAttributes> = {
  ...ELEMENTWISE,
  name: "step",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  // One pass; Greater and Cast are two, and several times slower.
  emit(emitter, { inputs }, { at, below }) {
    const alpha = below ? -SLOPE : SLOPE;
    return emitter.node("HardSigmoid", [emitter.name(inputs[0]!)], {
      alpha: { float: alpha },
      beta: { float: at === 0 ? 0 : -alpha * at },
    });
  },
  evaluate: ([x], { at, below }) =>
    (x!.data as Float32Array).map((value) => ((below ? value < at : value > at) ? 1 : 0)),
  gradient: () => [],
  keepsZero: ({ at, below }) => (below ? at <= 0 : at >= 0),
};
