import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";
import { type PoolAttributes, pooledType, tapMasks } from "./pooling.ts";

/** The mean of each window of x [N, C, H, W]; padding does not count. */
export function averagePool(x: Tensor, attributes: PoolAttributes): Tensor {
  return apply(averagePoolOp, [x], attributes);
}

/** The operator of {@link averagePool}: ONNX's AveragePool. */
export const averagePoolOp: Op<PoolAttributes> = {
  name: "averagePool",
  perImage: perImageOfFirst,
  infer: ([x], attributes) => pooledType(x!, attributes),
  emit: (emitter, { inputs }, { poolSize, strides, pads }) =>
    emitter.node("AveragePool", [emitter.name(inputs[0]!)], {
      kernel_shape: { ints: poolSize },
      strides: { ints: strides },
      pads: { ints: pads },
      count_include_pad: { int: 0 },
    }),
  gradient({ node, inputs: [x], attributes, dy, ops }) {
    const [, c, h, w] = x!.shape as readonly number[];
    const [oh, ow] = node.shape.slice(2) as [number, number];
    const masks = tapMasks([h!, w!], [oh, ow], attributes.poolSize, attributes);
    const share = Float32Array.from({ length: oh * ow }, (_, at) => 1 / masks.reduce((sum, m) => sum + m[at]!, 0));
    const { strides, pads, poolSize } = attributes;
    return [
      ops.conv2dInputGradient(ops.mul(dy, ops.constant(share, [1, 1, oh, ow])), ops.full([c!, 1, ...poolSize], 1), {
        strides,
        pads,
        groups: c!,
        inputSize: [h!, w!],
      }),
    ];
  },
};
