import { apply, type Op, type Tensor } from "../tensor.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import { correlate } from "./correlate.ts";

/** Settings of the convolution, and the height and width of its kernel. */
export type KernelGradientAttributes = ConvolutionAttributes & { readonly kernelSize: readonly [number, number] };

/** The gradient of a convolution by its kernel: x [N, C, H, W] and dz [N, O, OH, OW] give [O, C / groups, KH, KW]. */
export function conv2dKernelGradient(x: Tensor, dz: Tensor, attributes: KernelGradientAttributes): Tensor {
  return apply(conv2dKernelGradientOp, [x, dz], attributes);
}

/** The operator of {@link conv2dKernelGradient}: written in other ops. */
export const conv2dKernelGradientOp: Op<KernelGradientAttributes> = {
  name: "conv2dKernelGradient",
  infer: ([x, dz], { groups, kernelSize }) => ({
    shape: [dz!.shape[1]!, (x!.shape[1] as number) / groups, ...kernelSize],
    dtype: x!.dtype,
  }),
  lower(node, attributes, ops) {
    const [x, dz] = node.inputs as [Tensor, Tensor];
    const [n, c, h, w] = x.shape as readonly number[];
    const [, o, oh, ow] = dz.shape as readonly number[];
    const crop = (t: Tensor) => attributes.kernelSize.reduce((cut, size, i) => ops.slice(cut, 2 + i, 0, size), t);
    if (attributes.groups === 1) {
      // The batch takes the place of the channels.
      const swapped = correlate(ops.transpose(x, [1, 0, 2, 3]), ops.transpose(dz, [1, 0, 2, 3]), attributes, 1);
      return ops.transpose(crop(swapped), [1, 0, 2, 3]);
    }
    if (attributes.groups !== c) {
      const share = (t: Tensor, channels: number, group: number) =>
        ops.slice(t, 1, (channels / attributes.groups) * group, (channels / attributes.groups) * (group + 1));
      const parts = Array.from({ length: attributes.groups }, (_, group) =>
        ops.conv2dKernelGradient(share(x, c!, group), share(dz, o!, group), { ...attributes, groups: 1 }),
      );
      return ops.concat(parts, 0);
    }
    // Depthwise: each channel of each image is a group of its own.
    const apart = correlate(
      ops.reshape(x, [1, n! * c, h!, w!]),
      ops.reshape(dz, [n! * o!, 1, oh!, ow!]),
      attributes,
      n! * c,
    );
    return ops.reduceSum(ops.reshape(crop(apart), [n!, o!, 1, ...attributes.kernelSize]), [0]);
  },
  gradient({ inputs: [x, dz], attributes: { kernelSize: _, ...attributes }, dy, ops }) {
    const [h, w] = x!.shape.slice(2) as [number, number];
    return [ops.conv2dInputGradient(dz!, dy, { ...attributes, inputSize: [h, w] }), ops.conv2d(x!, dy, attributes)];
  },
};
