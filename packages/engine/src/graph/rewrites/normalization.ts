/**
 * Batch normalisation without passes over the images. A normalised tensor is `channelAffine(x, scale, shift)`, and a
 * convolution is linear, so scale and shift move into the (small) kernels, and the sums that the gradient of a
 * normalisation needs follow from the kernel's gradient, which is computed anyway.
 */
import { sameShape } from "../../core/shape.ts";
import * as ops from "../ops/index.ts";
import { tapMasks } from "../ops/pooling.ts";
import type { Rule } from "../rewrite.ts";
import type { Attributes, Tensor } from "../tensor.ts";
import { isFilledWith } from "./simplify.ts";

type Conv = { strides: [number, number]; pads: [number, number, number, number]; groups: number };

/** Channels up to which a tensor counts as thin. */
const THIN = 8;

const isImageSum = (node: Tensor) =>
  node.op.name === "reduceSum" &&
  node.inputs[0]!.rank === 4 &&
  !node.attributes.keepDims &&
  String(node.attributes.axes) === "0,2,3";

const isOneGroup = (node: Tensor, name: string) => node.op.name === name && node.attributes.groups === 1;

/** [C] laid along the input channels of a kernel [O, C, KH, KW]. */
const alongInputs = (x: Tensor) => ops.reshape(x, [1, x.shape[0]!, 1, 1]);

/** Kernel [O, C, KH, KW] with its taps in one row: [O, C, KH * KW]. */
const flatTaps = (kernel: Tensor) => {
  const [o, c, kh, kw] = kernel.shape as [number, number, number, number];
  return ops.reshape(kernel, [o, c, kh * kw]);
};

/** For each output position and tap, 1 if the tap lies on the image: [OH * OW, KH * KW]. */
function validity(
  input: readonly [number, number],
  output: readonly [number, number],
  kernel: readonly [number, number],
  conv: Conv,
): Tensor {
  const masks = tapMasks(input, output, kernel, conv);
  const size = output[0] * output[1];
  const data = new Float32Array(size * masks.length);
  masks.forEach((mask, tap) => {
    for (let at = 0; at < size; at++) data[at * masks.length + tap] = mask[at]!;
  });
  return ops.constant(data, [size, masks.length]);
}

/** For each output channel and tap, the sum of dz where the tap lies on the image: [O, KH * KW]. */
function tapSums(dz: Tensor, input: readonly [number, number], kernel: readonly [number, number], conv: Conv): Tensor {
  const [n, o, oh, ow] = dz.shape as [number, number, number, number];
  // One tap that always lies on the image.
  if (kernel[0] * kernel[1] === 1 && conv.pads.every((pad) => pad === 0))
    return ops.reshape(ops.reduceSum(dz, [0, 2, 3]), [o, 1]);
  const valid = validity(input, [oh, ow], kernel, conv);
  return ops.reduceSum(ops.matMul(ops.reshape(dz, [n, o, oh * ow]), valid), [0]);
}

const size = (t: Tensor) => t.shape.slice(2) as [number, number];

/** conv(x * A + B, W) = conv(x, W A) + what B adds, which is less at the border. */
const foldForward: Rule = (node) => {
  const [x, kernel, bias] = node.inputs;
  if (!isOneGroup(node, "conv2d") || x!.op !== ops.channelAffineOp) return undefined;
  // With more channels the map costs what the pass over the images does (measured).
  if ((x!.shape[1] as number) > THIN) return undefined;
  const [raw, scale, shift] = x!.inputs as [Tensor, Tensor, Tensor];
  const { ...conv } = node.attributes as Attributes & Conv;
  const [, o, oh, ow] = node.shape as [number, number, number, number];
  const plain = ops.conv2d(raw, ops.mul(kernel!, alongInputs(scale)), { ...conv, bias });
  const perTap = ops.reduceSum(ops.mul(flatTaps(kernel!), ops.reshape(shift, [1, shift.shape[0]!, 1])), [1]); // [O, K]
  const valid = validity(size(x!), [oh, ow], size(kernel!), conv);
  const map = ops.reshape(ops.matMul(perTap, ops.transpose(valid, [1, 0])), [1, o, oh, ow]);
  return ops.add(plain, ops.expand(map, node.shape));
};

/** The kernel's gradient at x * A + B is A times that at x, plus B times the sums of dz. */
const foldKernelGradient: Rule = (node) => {
  const [x, dz] = node.inputs;
  if (!isOneGroup(node, "conv2dKernelGradient") || x!.op !== ops.channelAffineOp) return undefined;
  const [raw, scale, shift] = x!.inputs as [Tensor, Tensor, Tensor];
  const attributes = node.attributes as Attributes & Conv & { kernelSize: [number, number] };
  const scaled = ops.mul(ops.conv2dKernelGradient(raw, dz!, attributes), alongInputs(scale));
  const sums = tapSums(dz!, size(x!), attributes.kernelSize, attributes);
  const perTap = ops.reshape(sums, [sums.shape[0]!, 1, ...attributes.kernelSize]);
  return ops.add(scaled, ops.mul(perTap, alongInputs(shift)));
};

/** Sums over a convolution's input gradient come from kernel and kernel gradient: no pass over the images. */
const foldSums: Rule = (node) => {
  if (!isImageSum(node)) return undefined;
  const inner = node.inputs[0]!;
  const isGradient = (t: Tensor) => isOneGroup(t, "conv2dInputGradient");
  if (isGradient(inner)) {
    const [dz, kernel] = inner.inputs as [Tensor, Tensor];
    const sums = tapSums(dz, size(inner), size(kernel), inner.attributes as Attributes & Conv); // [O, K]
    const perTap = ops.reshape(sums, [sums.shape[0]!, 1, sums.shape[1]!]);
    return ops.reduceSum(ops.mul(flatTaps(kernel), perTap), [0, 2]);
  }
  if (inner.op !== ops.mulOp) return undefined;
  const [gradient, x] = isGradient(inner.inputs[0]!) ? inner.inputs : [...inner.inputs].reverse();
  if (!isGradient(gradient!) || !sameShape(x!.shape, gradient!.shape)) return undefined;
  // Nothing needs the kernel's gradient at a mask, so here it would not come for free.
  if (x!.op === ops.stepOp) return undefined;
  const [dz, kernel] = gradient!.inputs as [Tensor, Tensor];
  const { inputSize: _, ...conv } = gradient!.attributes as Attributes & Conv & { inputSize: [number, number] };
  const kernelGradient = ops.conv2dKernelGradient(x!, dz, { ...conv, kernelSize: size(kernel) });
  return ops.reduceSum(ops.mul(kernel, kernelGradient), [0, 2, 3]);
};

/** A factor a channel goes into the kernel whose input gradient it multiplies. */
const foldScale: Rule = (node) => {
  const [x, scale, shift] = node.inputs;
  if (node.op !== ops.channelAffineOp || !isOneGroup(x!, "conv2dInputGradient") || !isFilledWith(shift!, 0))
    return undefined;
  const [dz, kernel] = x!.inputs as [Tensor, Tensor];
  return ops.conv2dInputGradient(
    dz,
    ops.mul(kernel, alongInputs(scale!)),
    x!.attributes as Attributes & Conv & { inputSize: [number, number] },
  );
};

const isPerChannel = (t: Tensor, like: Tensor) =>
  like.rank === 4 && t.rank === 4 && t.shape[1] === like.shape[1] && t.shape.every((dim, i) => i === 1 || dim === 1);
const channel = (t: Tensor) => ops.reshape(t, [t.shape[1]!]);
const zeros = (t: Tensor) => ops.full([t.shape[1] as number], 0);

/** A product with one number a channel is an affine map. */
const nameAffine: Rule = (node) => {
  if (node.op !== ops.mulOp || node.rank !== 4) return undefined;
  const [a, b] = node.inputs as [Tensor, Tensor];
  if (isPerChannel(b, a) && !isPerChannel(a, a)) return ops.channelAffine(a, channel(b), zeros(a));
  if (isPerChannel(a, b) && !isPerChannel(b, b)) return ops.channelAffine(b, channel(a), zeros(b));
  return undefined;
};

/** Affine maps of one tensor, and numbers a channel, become one map: in x + (y a + b) + (y c) + d, one pass over y. */
const mergeAffine: Rule = (node) => {
  if (node.op !== ops.addOp || node.rank !== 4) return undefined;
  const terms = addends(node);
  const affine = terms.filter((t) => t.op === ops.channelAffineOp);
  const base = affine[0]?.inputs[0];
  const same = affine.filter((t) => t.inputs[0] === base);
  const shifts = terms.filter((t) => isPerChannel(t, node) && !same.includes(t));
  if (base === undefined || same.length + shifts.length < 2) return undefined;
  const scale = same.map((t) => t.inputs[1]!).reduce(ops.add);
  const shift = [...same.map((t) => t.inputs[2]!), ...shifts.map(channel)].reduce(ops.add);
  const rest = terms.filter((t) => !same.includes(t) && !shifts.includes(t));
  return [...rest, ops.channelAffine(base, scale, shift)].reduce(ops.add);
};

function addends(node: Tensor): Tensor[] {
  return node.op === ops.addOp && node.rank === 4 ? node.inputs.flatMap(addends) : [node];
}

const isFixedNumber = (t: Tensor) => t.rank === 0 && t.op.name === "constant" && t.dtype === "float32";

/** x * s + o with fixed numbers is (x + o / s) * s, whose factor may go on into a kernel. */
const factorOut: Rule = (node) => {
  const [x, offset] = node.inputs as [Tensor, Tensor];
  if (node.op !== ops.addOp || node.rank !== 4 || !isFixedNumber(offset) || x.op !== ops.mulOp) return undefined;
  const [raw, factor] = x.inputs as [Tensor, Tensor];
  if (!isFixedNumber(factor) || isFilledWith(factor, 0)) return undefined;
  return ops.mul(ops.add(raw, ops.div(offset, factor)), factor);
};

/** One factor on the input of a convolution goes into its kernel. */
const foldFactor: Rule = (node) => {
  const [x, other, bias] = node.inputs;
  if (x?.op !== ops.mulOp || x.inputs[1]!.rank !== 0) return undefined;
  const [raw, factor] = x.inputs as [Tensor, Tensor];
  if (node.op.name === "conv2d")
    return ops.conv2d(raw, ops.mul(other!, factor), { ...(node.attributes as Attributes & Conv), bias });
  if (node.op.name !== "conv2dKernelGradient") return undefined;
  const attributes = node.attributes as Attributes & Conv & { kernelSize: [number, number] };
  return ops.mul(ops.conv2dKernelGradient(raw, other!, attributes), factor);
};

/** Rules that hold for every graph; those of the forward pass come last. */
export const FOLD_NORMALIZATION: readonly Rule[] = [
  nameAffine,
  mergeAffine,
  factorOut,
  foldFactor,
  foldScale,
  foldSums,
  foldKernelGradient,
  foldForward,
];
