// Depthwise convolutions of [1, G, H, W], plain or on ONNX Runtime's blocks of channels.
import * as ops from "../ops/index.ts";
import { BLOCK_CHANNELS } from "../ops/toBlocks.ts";
import type { Tensor } from "../tensor.ts";
import type { Conv } from "./phaseLayout.ts";
import { turnedKernel, turnedPads } from "./turnedGradients.ts";

const fits = (x: Tensor, blocks: boolean) => blocks && (x.shape[1] as number) % BLOCK_CHANNELS === 0;

/** Kernels [C, 1, KH, KW], each as often as it takes to make `groups` of them: [1, G, KH, KW]. */
function repeated(kernel: Tensor, groups: number): Tensor {
  const [c, , kh, kw] = kernel.shape as [number, number, number, number];
  const each = ops.expand(ops.reshape(kernel, [c, 1, kh * kw]), [c, groups / c, kh * kw]);
  return ops.reshape(each, [1, groups, kh, kw]);
}

/** x [1, G, H, W] with kernels [C, 1, KH, KW], each for G / C planes that follow each other: [1, G, OH, OW]. */
export function depthwise(x: Tensor, kernel: Tensor, conv: Conv, blocks: boolean): Tensor {
  const groups = x.shape[1] as number;
  const { strides, pads } = conv;
  const kernels = repeated(kernel, groups);
  const [, , kh, kw] = kernels.shape;
  if (!fits(x, blocks)) return ops.conv2d(x, ops.reshape(kernels, [groups, 1, kh!, kw!]), { strides, pads, groups });
  const settings = { strides, pads, dilations: [1, 1] as const };
  return ops.fromBlocks(ops.blockedConv2d(ops.toBlocks(x), ops.toBlocks(kernels), settings));
}

/** The gradient by the input: dz [1, G, OH, OW] and kernels [C, 1, KH, KW] give [1, G, H, W]. */
export function depthwiseInputGradient(
  dz: Tensor,
  kernel: Tensor,
  { inputSize, ...conv }: Conv & { readonly inputSize: readonly [number, number] },
  blocks: boolean,
): Tensor {
  const [, , kh, kw] = kernel.shape as [number, number, number, number];
  const groups = dz.shape[1] as number;
  const { strides, pads } = conv;
  const around = turnedPads(dz, { pads, inputSize }, [kh, kw]);
  if (strides.some((step) => step !== 1) || around === undefined)
    return ops.conv2dInputGradient(dz, ops.reshape(repeated(kernel, groups), [groups, 1, kh, kw]), {
      strides,
      pads,
      groups,
      inputSize,
    });
  return depthwise(dz, turnedKernel(kernel), { strides, pads: around, groups }, blocks);
}

/** The gradient by the kernel: x [1, G, H, W] and dz [1, G, OH, OW] give [G, 1, KH, KW]. */
export function depthwiseKernelGradient(
  x: Tensor,
  dz: Tensor,
  { kernelSize, ...conv }: Conv & { readonly kernelSize: readonly [number, number] },
  blocks: boolean,
): Tensor {
  const g = x.shape[1] as number;
  const { strides, pads } = conv;
  if (!fits(x, blocks)) return ops.conv2dKernelGradient(x, dz, { strides, pads, groups: g, kernelSize });
  const settings = { strides: [1, 1] as const, pads, dilations: strides };
  const whole = ops.fromBlocks(ops.blockedConv2d(ops.toBlocks(x), ops.toBlocks(dz), settings));
  const cropped = kernelSize.reduce((cut, size, i) => ops.slice(cut, 2 + i, 0, size), whole);
  return ops.reshape(cropped, [g, 1, ...kernelSize]);
}
