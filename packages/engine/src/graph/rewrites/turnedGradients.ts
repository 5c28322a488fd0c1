// The gradient of an unstrided convolution by its input is a convolution with the kernel turned around: ONNX Runtime's
// ConvTranspose takes two to three times as long.
import type { InputGradientAttributes } from "../ops/conv2dInputGradient.ts";
import * as ops from "../ops/index.ts";
import type { Rule } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";
import { type Conv, gridOf } from "./phaseLayout.ts";

/** The padding of that convolution over dz [N, O, OH, OW]; undefined if the gradient's own is wider than its kernel. */
export function turnedPads(
  dz: Tensor,
  { pads, inputSize }: Pick<InputGradientAttributes, "pads" | "inputSize">,
  [kh, kw]: readonly [number, number],
): Conv["pads"] | undefined {
  const before = [kh - 1 - pads[0], kw - 1 - pads[1]] as const;
  if (before.some((n) => n < 0)) return undefined;
  const [oh, ow] = gridOf(dz);
  return [...before, inputSize[0] - oh - before[0] + kh - 1, inputSize[1] - ow - before[1] + kw - 1];
}

/** Kernels [A, B, KH, KW], each turned around. */
export function turnedKernel(kernel: Tensor): Tensor {
  const [a, b, kh, kw] = kernel.shape as [number, number, number, number];
  const backwards = Int32Array.from({ length: kh * kw }, (_, i) => kh * kw - 1 - i);
  return ops.reshape(ops.gather(ops.reshape(kernel, [a, b, kh * kw]), 2, backwards), kernel.shape);
}

/** conv2dInputGradient of one group and stride 1, of a kernel that is no point: that is a matrix product as it is. */
export const turnGradient: Rule = (node) => {
  if (node.op !== ops.conv2dInputGradientOp) return undefined;
  const { strides, groups, ...attributes } = node.attributes as unknown as InputGradientAttributes;
  const [dz, kernel] = node.inputs as [Tensor, Tensor];
  const [, , kh, kw] = kernel.shape as [number, number, number, number];
  const pads = turnedPads(dz, attributes, [kh, kw]);
  if (groups !== 1 || strides.some((step) => step !== 1) || kh * kw === 1 || pads?.some((n) => n < 0) !== false)
    return undefined;
  return ops.conv2d(dz, ops.transpose(turnedKernel(kernel), [1, 0, 2, 3]), { pads });
};
