import { apply, type GradientContext, type Op, type Tensor } from "../tensor.ts";
import { type PadAttributes, padOp } from "./pad.ts";
import { perImageOfFirst } from "./perImage.ts";
import { type PoolAttributes, pooledType, tapMasks } from "./pooling.ts";

/** The largest entry in each window of x [N, C, H, W]; padding never wins. */
export function maxPool(x: Tensor, attributes: PoolAttributes): Tensor {
  return apply(maxPoolOp, [keptApart(x)], attributes);
}

/** As good as 0, and not 0. */
const ALMOST_ZERO = 1e-30;

// ONNX Runtime takes zeros around x for the pool's own padding, which never wins (its PadFusion, from pull request 18136
// on), and so loses them where all of a window is negative. It leaves padding of another value alone.
function keptApart(x: Tensor): Tensor {
  if (x.op !== padOp) return x;
  return apply(padOp, [keptApart(x.inputs[0]!)], { value: ALMOST_ZERO, ...(x.attributes as PadAttributes) });
}

/** The operator of {@link maxPool}: ONNX's MaxPool. */
export const maxPoolOp: Op<PoolAttributes> = {
  name: "maxPool",
  perImage: perImageOfFirst,
  infer: ([x], attributes) => pooledType(x!, attributes),
  emit: (emitter, { inputs }, { poolSize, strides, pads }) =>
    emitter.node("MaxPool", [emitter.name(inputs[0]!)], {
      kernel_shape: { ints: poolSize },
      strides: { ints: strides },
      pads: { ints: pads },
    }),
  gradient: (context) => [maxPoolGradient(context)],
};

// The gradient goes to the first entry of the window that equals the largest, as in TensorFlow.
function maxPoolGradient({ node, inputs, attributes, dy, ops }: GradientContext<PoolAttributes>): Tensor {
  const x = inputs[0]!;
  const [, c, h, w] = x.shape as readonly number[];
  const [oh, ow] = node.shape.slice(2) as [number, number];
  const { poolSize, strides, pads } = attributes;
  const settings = { strides, pads, groups: c! };
  let free: Tensor = ops.scalar(1);
  const parts = tapMasks([h!, w!], [oh, ow], poolSize, attributes).map((mask, tap) => {
    const pick = Float32Array.from({ length: c! * poolSize[0] * poolSize[1] }, (_, i) =>
      i % (poolSize[0] * poolSize[1]) === tap ? 1 : 0,
    );
    const kernel = ops.constant(pick, [c!, 1, ...poolSize]);
    const hit = ops.cast(ops.equal(ops.conv2d(x, kernel, settings), node), "float32");
    const first = ops.mul(ops.mul(hit, ops.constant(mask, [1, 1, oh, ow])), free);
    free = ops.sub(free, first);
    return ops.conv2dInputGradient(ops.mul(dy, first), kernel, { ...settings, inputSize: [h!, w!] });
  });
  return parts.reduce((sum, part) => ops.add(sum, part));
}
