import { ELEMENT_TYPE } from "../onnx/proto.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import type { KernelGradientAttributes } from "./conv2dKernelGradient.ts";
import { type ConvolutionAttributes, onnxConvolution } from "./convolution.ts";
import { BLOCK_CHANNELS, BLOCKED_DOMAIN } from "./toBlocks.ts";

/** Settings of {@link blockedKernelGradient}. */
export type BlockedKernelGradientAttributes = Omit<KernelGradientAttributes, "groups">;

/** Whether so many images can take the place of the channels: fewer than a block are read as they are. */
export const fillsBlocks = (images: number) => images < BLOCK_CHANNELS || images % BLOCK_CHANNELS === 0;

/**
 * The gradient of a convolution of one group by its kernel on ONNX Runtime's blocks of channels, as
 * `conv2dKernelGradient` gives it: the images take the place of the channels, and dz that of the kernel. Filters are a
 * multiple of the block, and the images fit ({@link fillsBlocks}).
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
    // [N, O / 16, H W, 16] becomes the layout of kernels: [O / 16, N, H W, 16], from a block of images on
    // [O / 16, N / 16, H W, 16 images, 16].
    const [images, blocks] = [Math.min(n, BLOCK_CHANNELS), o / BLOCK_CHANNELS];
    const groups = n / images;
    const apart = shaped(blocked(emitter.name(dz!)), [groups, images, blocks, oh * ow, BLOCK_CHANNELS]);
    const filter = turned(apart, n < BLOCK_CHANNELS ? [2, 0, 1, 3, 4] : [2, 0, 3, 1, 4]);
    // What the windows leave over at the end is cut off; where they reach further, zeros are added.
    const left = ([0, 1] as const).map((i) => kernelSize[i] + ([oh, ow][i]! - 1) * strides[i] - [h, w][i]! - pads[i]);
    const ends = left.map((n) => Math.max(n, 0)) as [number, number];
    // Windows over the left and right border take the long way, and each row is as short as the kernel.
    const beside = [pads[1], ends[1]];
    const width = w + pads[1] + ends[1];
    // Bytes are turned before they become numbers.
    const source = x!.op.name === "cast" ? x!.inputs[0]! : x!;
    const name = emitter.name(source);
    const around = emitter.ints([0, 0, 0, pads[1], 0, 0, 0, ends[1]]);
    const padded = beside.some((n) => n > 0) ? emitter.node("Pad", [name, around]) : name;
    const turn = [1, 0, 2, 3];
    const laid = n === 1 ? shaped(padded, [c, 1, h, width]) : turned(padded, turn);
    const planes = source === x ? laid : emitter.node("Cast", [laid], { to: { int: ELEMENT_TYPE.float32 } });
    const product = emitter.node(
      "Conv",
      [n < BLOCK_CHANNELS ? planes : blocked(planes), shaped(filter, [o, n, oh, ow])],
      {
        kernel_shape: { ints: [oh, ow] },
        dilations: { ints: strides },
        ...onnxConvolution(plain([pads[0], 0, ends[0], 0])),
      },
      BLOCKED_DOMAIN,
    );
    const whole = emitter.node("ReorderOutput", [product], { channels: { int: o } }, BLOCKED_DOMAIN);
    const gradient = turned(whole, turn);
    if (left.every((n) => n >= 0)) return gradient;
    return emitter.node("Slice", [gradient, emitter.ints([0, 0]), emitter.ints(kernelSize), emitter.ints([2, 3])]);
  },
};

const plain = (pads: ConvolutionAttributes["pads"]): ConvolutionAttributes => ({ strides: [1, 1], pads, groups: 1 });
