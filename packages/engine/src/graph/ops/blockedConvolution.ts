import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ConvolutionAttributes, onnxConvolution, outputSize } from "./convolution.ts";
import { perImageOfFirst } from "./perImage.ts";
import { BLOCK_CHANNELS, BLOCKED_DOMAIN } from "./toBlocks.ts";

/** Settings of a convolution of one group. */
export type BlockedConvolutionSettings = Pick<ConvolutionAttributes, "strides" | "pads">;

/**
 * Cross-correlation of one group whose result lies in blocks (`fromBlocks` takes it out): x [N, C, H, W] by `toBlocks`,
 * or as it is if C is less than a block; kernel [O, C, KH, KW] as it is, O a multiple of the block; bias [O] if given.
 */
export function blockedConvolution(
  x: Tensor,
  kernel: Tensor,
  { bias, ...settings }: BlockedConvolutionSettings & { readonly bias?: Tensor | undefined },
): Tensor {
  return apply(blockedConvolutionOp, bias === undefined ? [x, kernel] : [x, kernel, bias], settings);
}

/** The operator of {@link blockedConvolution}. */
export const blockedConvolutionOp: Op<BlockedConvolutionSettings> = {
  name: "blockedConvolution",
  perImage: perImageOfFirst,
  infer([x, kernel], settings) {
    const [o, , kh, kw] = kernel!.shape as [number, number, number, number];
    return { shape: [x!.shape[0]!, o, ...outputSize(x!.shape, [kh, kw], { ...settings, groups: 1 })], dtype: x!.dtype };
  },
  emit(emitter, { inputs: [x, kernel, ...bias] }, settings) {
    const shape = kernel!.shape as [number, number, number, number];
    const [o, c, kh, kw] = shape;
    const size = BLOCK_CHANNELS;
    const few = c < size;
    // [O / 16, C, KH KW, 16], or [O / 16, C / 16, KH KW, 16 channels, 16 filters].
    const apart = few ? [o / size, size, c, kh * kw] : [o / size, size, c / size, size, kh * kw];
    const reshaped = emitter.node("Reshape", [emitter.name(kernel!), emitter.ints(apart)]);
    const perm = { perm: { ints: few ? [0, 2, 3, 1] : [0, 2, 4, 3, 1] } };
    const laid = emitter.node("Reshape", [emitter.node("Transpose", [reshaped], perm), emitter.ints(shape)]);
    return emitter.node(
      "Conv",
      [emitter.name(x!), laid, ...bias.map((t) => emitter.name(t))],
      { kernel_shape: { ints: [kh, kw] }, ...onnxConvolution({ ...settings, groups: 1 }) },
      BLOCKED_DOMAIN,
    );
  },
};
