import { ELEMENT_TYPE } from "../onnx/proto.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import type { KernelGradientAttributes } from "./conv2dKernelGradient.ts";
import { onnxConvolution } from "./convolution.ts";
import { BLOCK_CHANNELS, BLOCKED_DOMAIN } from "./toBlocks.ts";

/** Settings of {@link blockedKernelGradient}. */
export type BlockedKernelGradientAttributes = Omit<KernelGradientAttributes, "groups">;

/**
 * The gradient of a convolution of one group by its kernel on ONNX Runtime's blocks of channels, as
 * `conv2dKernelGradient` gives it: the images take the place of the channels, and dz that of the kernel. Filters are a
 * multiple of the block. Fewer images than a block are read as they are; more are filled up with zeros to whole blocks.
 */
export function blockedKernelGradient(x: Tensor, dz: Tensor, attributes: BlockedKernelGradientAttributes): Tensor {
  return apply(blockedKernelGradientOp, [x, dz], attributes);
}

/** The operator of {@link blockedKernelGradient}. */
export const blockedKernelGradientOp: Op<BlockedKernelGradientAttributes> = {
  name: "blockedKernelGradient",
  sumsImages: true,
  infer: ([x, dz], { kernelSize }) => ({ shape: [dz!.shape[1]!, x!.shape[1]!, ...kernelSize], dtype: x!.dtype }),
  emit(emitter, { inputs: [x, dz] }, { kernelSize, strides, pads }) {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const [, o, oh, ow] = dz!.shape as [number, number, number, number];
    const shaped = (value: string, shape: readonly number[]) => emitter.node("Reshape", [value, emitter.ints(shape)]);
    const turned = (value: string, perm: readonly number[]) =>
      emitter.node("Transpose", [value], { perm: { ints: perm } });
    const blocked = (value: string) => emitter.node("ReorderInput", [value], {}, BLOCKED_DOMAIN);
    const padded = (value: string, around: readonly number[]) =>
      around.some((zeros) => zeros > 0) ? emitter.node("Pad", [value, emitter.ints(around)]) : value;
    const few = n < BLOCK_CHANNELS;
    const images = few ? n : BLOCK_CHANNELS;
    const groups = Math.ceil(n / images);
    const more = groups * images - n;
    // [N, O / 16, H W, 16] becomes the layout of kernels: [O / 16, N, H W, 16], from a block of images on
    // [O / 16, N / 16, H W, 16 images, 16].
    const sources = blocked(padded(emitter.name(dz!), [0, 0, 0, 0, more, 0, 0, 0]));
    const apart = shaped(sources, [groups, images, o / BLOCK_CHANNELS, oh * ow, BLOCK_CHANNELS]);
    const filter = shaped(turned(apart, few ? [2, 0, 1, 3, 4] : [2, 0, 3, 1, 4]), [o, n + more, oh, ow]);
    // What the windows leave over at the end is cut off; where they reach further, zeros are added.
    const left = ([0, 1] as const).map((i) => kernelSize[i] + ([oh, ow][i]! - 1) * strides[i] - [h, w][i]! - pads[i]);
    const [below, right] = left.map((size) => Math.max(size, 0)) as [number, number];
    // Windows over the left and right border take the long way, and each row of the result is as short as a kernel's:
    // so those zeros are put there. Bytes are turned before they become numbers.
    const isBytes = x!.op.name === "cast" && x!.inputs[0]!.dtype === "uint8";
    const image = padded(emitter.name(isBytes ? x!.inputs[0]! : x!), [0, 0, 0, pads[1], more, 0, 0, right]);
    const turn = n === 1 ? shaped(image, [c, 1, h, w + pads[1] + right]) : turned(image, [1, 0, 2, 3]);
    const planes = isBytes ? emitter.node("Cast", [turn], { to: { int: ELEMENT_TYPE.float32 } }) : turn;
    const product = emitter.node(
      "Conv",
      [few ? planes : blocked(planes), filter],
      {
        kernel_shape: { ints: [oh, ow] },
        dilations: { ints: strides },
        ...onnxConvolution({ strides: [1, 1], pads: [pads[0], 0, below, 0], groups: 1 }),
      },
      BLOCKED_DOMAIN,
    );
    const whole = emitter.node("ReorderOutput", [product], { channels: { int: o } }, BLOCKED_DOMAIN);
    const gradient = turned(whole, [1, 0, 2, 3]);
    if (left.every((size) => size >= 0)) return gradient;
    return emitter.node("Slice", [gradient, emitter.ints([0, 0]), emitter.ints(kernelSize), emitter.ints([2, 3])]);
  },
};
