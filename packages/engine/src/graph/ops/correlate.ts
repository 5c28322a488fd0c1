import { LeukogramError } from "../../core/errors.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import type { ConvolutionAttributes } from "./convolution.ts";

/** Cross-correlation whose filter's entries lie `strides` apart: what a strided convolution's kernel gradient needs. */
export function correlate(
  x: Tensor,
  filter: Tensor,
  { strides, pads }: Pick<ConvolutionAttributes, "strides" | "pads">,
  groups: number,
): Tensor {
  return apply(correlateOp, [x, filter], { strides, pads, groups });
}

/** The operator of {@link correlate}: ONNX's Conv. */
export const correlateOp: Op<ConvolutionAttributes> = {
  name: "correlate",
  infer([x, filter], { strides, pads }) {
    const size = (i: 0 | 1) => {
      const reach = ((filter!.shape[2 + i] as number) - 1) * strides[i] + 1;
      return (x!.shape[2 + i] as number) + pads[i] + pads[i + 2]! - reach + 1;
    };
    if (size(0) < 1 || size(1) < 1) throw new LeukogramError("ERR_SHAPE", "correlate: the filter is larger than x");
    return { shape: [x!.shape[0]!, filter!.shape[0]!, size(0), size(1)], dtype: x!.dtype };
  },
  emit: (emitter, { inputs: [x, filter] }, { strides, pads, groups }) =>
    emitter.node("Conv", [emitter.name(x!), emitter.name(filter!)], {
      kernel_shape: { ints: filter!.shape.slice(2) as number[] },
      dilations: { ints: strides },
      pads: { ints: pads },
      group: { int: groups },
    }),
};
