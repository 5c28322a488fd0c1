import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ConvolutionAttributes, onnxConvolution } from "./convolution.ts";
import { BLOCKED_DOMAIN } from "./toBlocks.ts";

/** Settings of a depthwise convolution, and how far apart the kernel's entries lie. */
export type BlockedConvolutionAttributes = Pick<ConvolutionAttributes, "strides" | "pads"> & {
  readonly dilations: readonly [number, number];
};

/** Depthwise cross-correlation in blocks: x [N, C, H, W] and kernel [1, C, KH, KW], both by `toBlocks`. */
export function blockedConv2d(x: Tensor, kernel: Tensor, attributes: BlockedConvolutionAttributes): Tensor {
  return apply(blockedConv2dOp, [x, kernel], attributes);
}

/** The operator of {@link blockedConv2d}: ONNX Runtime's Conv for blocks of channels. */
export const blockedConv2dOp: Op<BlockedConvolutionAttributes> = {
  name: "blockedConv2d",
  infer([x, kernel], { strides, pads, dilations }) {
    const size = (i: 0 | 1) => {
      const reach = ((kernel!.shape[2 + i] as number) - 1) * dilations[i] + 1;
      return Math.floor(((x!.shape[2 + i] as number) + pads[i] + pads[i + 2]! - reach) / strides[i]) + 1;
    };
    return { shape: [x!.shape[0]!, x!.shape[1]!, size(0), size(1)], dtype: x!.dtype };
  },
  emit(emitter, { inputs: [x, kernel] }, { dilations, ...attributes }) {
    const [, c, kh, kw] = kernel!.shape as [number, number, number, number];
    const apart = emitter.node("Reshape", [emitter.name(kernel!), emitter.ints([c, 1, kh, kw])]);
    return emitter.node(
      "Conv",
      [emitter.name(x!), apart],
      {
        kernel_shape: { ints: [kh, kw] },
        dilations: { ints: dilations },
        ...onnxConvolution({ ...attributes, groups: c }),
      },
      BLOCKED_DOMAIN,
    );
  },
};
