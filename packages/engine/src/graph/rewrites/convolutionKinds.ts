// Kinds of convolutions that have faster forms.
import * as ops from "../ops/index.ts";
import type { Tensor } from "../tensor.ts";
import type { Conv } from "./phaseLayout.ts";

/** Whether a convolution or gradient of one is 1x1, with stride 1, no padding and one group. */
export function isPointwise(node: Tensor): boolean {
  const { strides, pads, groups } = node.attributes as unknown as Conv;
  return groups === 1 && [...strides, ...kernelSize(node)].every((n) => n === 1) && pads.every((n) => n === 0);
}

/** Whether a convolution or gradient of one has one kernel a channel. */
export function isDepthwise(node: Tensor): boolean {
  const { groups } = node.attributes as unknown as Conv;
  const [x, other] = node.inputs as [Tensor, Tensor];
  const isGradient = node.op === ops.conv2dKernelGradientOp;
  return groups > 1 && x.shape[1] === groups && (isGradient ? other.shape[1] : other.shape[0]) === groups;
}

function kernelSize(node: Tensor): readonly number[] {
  const { kernelSize: size } = node.attributes as { kernelSize?: readonly number[] };
  return size ?? (node.inputs[1]!.shape.slice(2) as number[]);
}
