/**
 * Depthwise convolutions of stride 2, and their gradients, as stride-1 convolutions on the four phases of the image
 * (every second row and column). The phases are taken before the pointwise convolution that widens the image, where
 * there are fewer channels to take apart, and put together again behind its gradient.
 */
import * as ops from "../ops/index.ts";
import type { PhaseOfAttributes } from "../ops/phase.ts";
import type { Rule } from "../rewrite.ts";
import { Tensor } from "../tensor.ts";
import { isDepthwise, isPointwise } from "./convolutionKinds.ts";
import { type Conv, gridOf } from "./phaseLayout.ts";
import { range } from "./phasePlan.ts";

/** The part of a kernel that reads one phase. */
interface PhaseKernel {
  readonly row: number;
  readonly column: number;
  /** Taps of the whole kernel, row by row, that make up this one. */
  readonly taps: Int32Array;
  readonly size: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

/** Of a convolution along one axis: for each phase, its taps and the padding; undefined if a phase has none. */
function along(size: number, out: number, kernel: number, pad: number) {
  const parts = [0, 1].map((phase) => {
    const taps = range(kernel).filter((k) => (((k - pad) % 2) + 2) % 2 === phase);
    const [low, high] = [Math.floor(((taps[0] ?? 0) - pad) / 2), Math.floor(((taps.at(-1) ?? 0) - pad) / 2)];
    return { taps, before: -low, after: out + high - size / 2 };
  });
  const fits = parts.every(({ taps, before, after }) => taps.length > 0 && before >= 0 && after >= 0);
  return fits ? parts : undefined;
}

/** The four kernels of a depthwise convolution of stride 2, or undefined for any other. */
function phaseKernels(
  node: Tensor,
  x: Tensor,
  dz: Tensor,
  kernel: readonly [number, number],
): PhaseKernel[] | undefined {
  const { strides, pads } = node.attributes as Conv;
  const [[h, w], [oh, ow]] = [gridOf(x), gridOf(dz)];
  if (!isDepthwise(node) || String(strides) !== "2,2" || h % 2 !== 0 || w % 2 !== 0) return undefined;
  const [rows, columns] = [along(h, oh, kernel[0], pads[0]), along(w, ow, kernel[1], pads[1])];
  if (rows === undefined || columns === undefined) return undefined;
  return rows.flatMap((r, row) =>
    columns.map((c, column) => ({
      row,
      column,
      taps: Int32Array.from(r.taps.flatMap((i) => c.taps.map((j) => i * kernel[1] + j))),
      size: [r.taps.length, c.taps.length],
      pads: [r.before, c.before, r.after, c.after],
    })),
  );
}

/** Whether x is made entry by entry from a pointwise convolution, so that its phases can be taken before that. */
function isWidened(x: Tensor): boolean {
  if (x.op === ops.conv2dOp) return isPointwise(x);
  if (x.op !== ops.channelAffineOp && !x.op.elementwise) return false;
  return isWidened(x.inputs[0]!);
}

/** The taps of a kernel [C, 1, KH, KW] that read one phase. */
function taken(kernel: Tensor, { taps, size }: PhaseKernel): Tensor {
  const [c, , kh, kw] = kernel.shape as [number, number, number, number];
  return ops.reshape(ops.gather(ops.reshape(kernel, [c, kh * kw]), 1, taps), [c, 1, ...size]);
}

const STRIDE_1 = [1, 1] as const;

const convolve: Rule = (node) => {
  const [x, kernel, bias] = node.inputs;
  if (node.op !== ops.conv2dOp || !isWidened(x!)) return undefined;
  const groups = x!.shape[1] as number;
  const parts = phaseKernels(node, x!, node, gridOf(kernel!))?.map((part, i) =>
    ops.conv2d(ops.phase(x!, part.row, part.column, true), taken(kernel!, part), {
      strides: STRIDE_1,
      pads: part.pads,
      groups,
      bias: i === 0 ? bias : undefined,
    }),
  );
  return parts?.reduce(ops.add);
};

const inputGradient: Rule = (node) => {
  const [dz, kernel] = node.inputs;
  if (node.op !== ops.conv2dInputGradientOp) return undefined;
  const groups = node.shape[1] as number;
  const inputSize = gridOf(node).map((size) => size / 2) as [number, number];
  const parts = phaseKernels(node, node, dz!, gridOf(kernel!))?.map((part) =>
    ops.conv2dInputGradient(dz!, taken(kernel!, part), { strides: STRIDE_1, pads: part.pads, groups, inputSize }),
  );
  return parts && ops.weave(parts, true);
};

const kernelGradient: Rule = (node) => {
  const [x, dz] = node.inputs;
  if (node.op !== ops.conv2dKernelGradientOp) return undefined;
  if (x!.op !== ops.weaveOp && dz!.op === ops.weaveOp && isPointwise(node)) return sumOverPhases(node);
  if (!isWidened(x!)) return undefined;
  const [c, , kh, kw] = node.shape as [number, number, number, number];
  const kernels = phaseKernels(node, x!, dz!, [kh, kw]);
  const parts = kernels?.map((part) =>
    ops.conv2dKernelGradient(ops.phase(x!, part.row, part.column, true), dz!, {
      strides: STRIDE_1,
      pads: part.pads,
      groups: c,
      kernelSize: part.size,
    }),
  );
  if (kernels === undefined || parts === undefined) return undefined;
  const order = kernels.flatMap(({ taps }) => [...taps]);
  const places = Int32Array.from(order, (_, tap) => order.indexOf(tap));
  const flat = parts.map((t, i) => ops.reshape(t, [c, kernels[i]!.taps.length]));
  return ops.reshape(ops.gather(ops.concat(flat, 1), 1, places), node.shape);
};

function sumOverPhases(node: Tensor): Tensor {
  const [x, dz] = node.inputs as [Tensor, Tensor];
  return phasesOf(x)
    .map((part, i) => new Tensor(node.op, [part, dz.inputs[i]!], node.attributes))
    .reduce(ops.add);
}

/** The four phases, row by row. */
function phasesOf(x: Tensor): Tensor[] {
  return range(4).map((i) => ops.phase(x, i >> 1, i & 1, false));
}

/** Phases are taken before an op that computes each entry, or each position, separately. */
const takeEarly: Rule = (node) => {
  if (node.op !== ops.phaseOp) return undefined;
  const x = node.inputs[0]!;
  const { row, column, early } = node.attributes as PhaseOfAttributes;
  if (x.op === ops.weaveOp) return x.inputs[2 * row + column];
  if (!early) return undefined;
  const isConvolution = x.op === ops.conv2dOp && isPointwise(x);
  if (!isConvolution && x.op !== ops.channelAffineOp && !x.op.elementwise) return undefined;
  const part = (t: Tensor) => phaseLike(t, x, node.attributes as PhaseOfAttributes, !isConvolution);
  return new Tensor(x.op, x.inputs.map(part), x.attributes);
};

// Of an operand, the part that goes with a phase of `image`; numbers a channel or an image are the same for each.
function phaseLike(
  t: Tensor,
  image: Tensor,
  { row, column }: Omit<PhaseOfAttributes, "early">,
  early: boolean,
): Tensor {
  const isImage = t.rank === 4 && t.shape[2] === image.shape[2] && t.shape[3] === image.shape[3];
  return isImage ? ops.phase(t, row, column, early) : t;
}

const isOpen = (t: Tensor | undefined) => t?.op === ops.weaveOp && t.attributes.open === true;

/** What computes each entry separately computes each phase separately; a pointwise convolution's gradient ends it. */
const weaveLate: Rule = (node) => {
  if (!node.inputs.some(isOpen)) return undefined;
  const isGradient = node.op === ops.conv2dInputGradientOp && isPointwise(node);
  if (!isGradient && node.op !== ops.channelAffineOp && !node.op.elementwise) return undefined;
  const { inputSize, ...attributes } = node.attributes as { inputSize?: [number, number] };
  const settings = isGradient ? { ...attributes, inputSize: inputSize!.map((size) => size / 2) } : attributes;
  const parts = range(4).map((i) => {
    const inputs = node.inputs.map((t) =>
      isOpen(t) ? t.inputs[i]! : phaseLike(t, node, { row: i >> 1, column: i & 1 }, true),
    );
    return new Tensor(node.op, inputs, settings);
  });
  return ops.weave(parts, !isGradient);
};

const sums: Rule = (node) => {
  if ((node.op !== ops.reduceSumOp && node.op !== ops.reduceMeanOp) || node.inputs[0]!.op !== ops.weaveOp)
    return undefined;
  if (String(node.attributes.axes) !== "0,2,3") return undefined;
  const sum = node.inputs[0]!.inputs.map((part) => new Tensor(node.op, [part], node.attributes)).reduce(ops.add);
  return node.op === ops.reduceSumOp ? sum : ops.mul(sum, ops.scalar(1 / 4));
};

/** All rules; a depthwise convolution of stride 2 behind a pointwise one is what sets them going. */
export const STRIDED_DEPTHWISE: readonly Rule[] = [convolve, inputGradient, kernelGradient, takeEarly, weaveLate, sums];
