import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

/** x * scale + shift with one scale and shift a channel: x [N, C, H, W] or [N, ..., C], scale and shift [C]. */
export function channelAffine(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return apply(channelAffineOp, [x, scale, shift], {});
}

/** Entries of a plane up to which an image counts as small. */
const SMALL = 9;

/** The operator of {@link channelAffine}: written in other ops. */
export const channelAffineOp: Op = {
  name: "channelAffine",
  perImage: perImageOfFirst,
  sharesPhases: true,
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower(node, _, ops) {
    const [x, scale, shift] = node.inputs as [Tensor, Tensor, Tensor];
    if (x.rank !== 4) return ops.add(ops.mul(x, scale), shift);
    const [, channels, h, w] = x.shape as readonly number[];
    // Planes as small as kernels are: a convolution would take longer over each plane than over its entries.
    if (h! * w! <= SMALL) {
      const along = (t: Tensor) => ops.reshape(t, [1, channels!, 1, 1]);
      return ops.add(ops.mul(x, along(scale)), along(shift));
    }
    // A depthwise 1x1 convolution reads and writes each entry once.
    return ops.conv2d(x, ops.reshape(scale, [channels!, 1, 1, 1]), { groups: channels!, bias: shift });
  },
  gradient({ inputs: [x, scale, shift], dy, ops }) {
    const axes = x!.rank === 4 ? [0, 2, 3] : x!.shape.slice(1).map((_, axis) => axis);
    const zero = ops.full(shift!.shape as number[], 0);
    return [ops.channelAffine(dy, scale!, zero), ops.reduceSum(ops.mul(dy, x!), axes), ops.reduceSum(dy, axes)];
  },
};
