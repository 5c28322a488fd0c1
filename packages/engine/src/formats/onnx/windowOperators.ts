// The operators of ONNX that move a window over an image, and those that take all of it.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dilated } from "../../nn/layers/window.ts";
import { type NodeFacts, type Window, windowOf } from "./nodeFacts.ts";

type WindowOperator = (inputs: readonly Tensor[], facts: NodeFacts) => Tensor;

function imageOf(x: Tensor, facts: NodeFacts): Tensor {
  if (x.rank !== 4) throw facts.refuse(`has an input of ${x.rank} axes; only [N, C, H, W] is supported`);
  return x;
}

const conv: WindowOperator = ([x, kernel, bias], facts) => {
  const image = imageOf(x!, facts);
  const { strides, dilations, pads } = windowOf(facts, image.shape.slice(2), kernel!.shape.slice(2) as number[]);
  return ops.conv2d(image, dilated(kernel!, dilations), { strides, pads, groups: facts.int("group", 1), bias });
};

function pooling({ size, strides, pads }: Window) {
  return { poolSize: size, strides, pads };
}

const hasGaps = ({ dilations, size }: Window) => dilations.some((distance, i) => distance !== 1 && size[i] !== 1);

const maxPool: WindowOperator = ([x], facts) => {
  const window = windowOf(facts, imageOf(x!, facts).shape.slice(2));
  // Padding never wins.
  if (hasGaps(window)) return taps(x!, window, -LARGEST).reduce((a, b) => ops.maximum(a, b));
  return ops.maxPool(x!, pooling(window));
};

/** Of a float32. */
const LARGEST = 3.4028234663852886e38;

const averagePool: WindowOperator = ([x], facts) => {
  const window = windowOf(facts, imageOf(x!, facts).shape.slice(2));
  const [top, left, bottom, right] = window.pads;
  const [below, beside] = window.hanging;
  // What hangs over the edge for the sake of rounding up counts in no case.
  const counted = facts.int("count_include_pad", 0) === 1 ? [top, left, bottom - below, right - beside] : [0, 0, 0, 0];
  const [up, before, down, after] = counted as [number, number, number, number];
  const rest = [top - up, left - before, bottom - down, right - after] as const;
  const padded = ops.pad(ops.pad(x!, 2, up, down), 3, before, after);
  const inner = { ...window, pads: rest };
  if (!hasGaps(window)) return ops.averagePool(padded, pooling(inner));
  const counts = taps(ops.full([1, 1, ...(padded.shape.slice(2) as number[])], 1), inner, 0).reduce((a, b) =>
    ops.add(a, b),
  );
  return ops.div(
    taps(padded, inner, 0).reduce((a, b) => ops.add(a, b)),
    counts,
  );
};

/** What each entry of a window sees, as it moves over an image: [N, C, OH, OW] each. */
function taps(x: Tensor, { size, strides, dilations, pads }: Window, filling: number): readonly Tensor[] {
  const [top, left, bottom, right] = pads;
  const padded = ops.pad(ops.pad(x, 2, top, bottom, filling), 3, left, right, filling);
  const along = (t: Tensor, axis: 2 | 3, tap: number) => {
    const i = axis - 2;
    const extent = (size[i]! - 1) * dilations[i]! + 1;
    const steps = Math.floor(((padded.shape[axis] as number) - extent) / strides[i]!);
    const start = tap * dilations[i]!;
    return ops.slice(t, axis, start, start + steps * strides[i]! + 1, strides[i]!);
  };
  const rows = Array.from({ length: size[0] }, (_, tap) => along(padded, 2, tap));
  return rows.flatMap((row) => Array.from({ length: size[1] }, (_, tap) => along(row, 3, tap)));
}

// The gradient of a convolution by its input, of the size that the node says.
const convTranspose: WindowOperator = ([x, kernel, bias], facts) => {
  const image = imageOf(x!, facts);
  const groups = facts.int("group", 1);
  const pair = (name: string, otherwise: number) => facts.ints(name) ?? [otherwise, otherwise];
  const [strides, dilations, extra] = [pair("strides", 1), pair("dilations", 1), pair("output_padding", 0)];
  const given = facts.ints("output_shape")?.slice(-2);
  const automatic = facts.text("auto_pad", "NOTSET");
  const sides = ([0, 1] as const).map((i) => {
    const extent = ((kernel!.shape[2 + i] as number) - 1) * dilations[i]! + 1;
    const covered = ((image.shape[2 + i] as number) - 1) * strides[i]! + extent + extra[i]!;
    const wanted =
      given?.[i] ?? (automatic.startsWith("SAME") ? (image.shape[2 + i] as number) * strides[i]! : undefined);
    const pads = facts.ints("pads") ?? [0, 0, 0, 0];
    if (wanted === undefined) return { size: covered - pads[i]! - pads[i + 2]!, pads: [pads[i]!, pads[i + 2]!] };
    const [small, large] = [Math.floor((covered - wanted) / 2), Math.ceil((covered - wanted) / 2)];
    return { size: wanted, pads: automatic === "SAME_UPPER" ? [small, large] : [large, small] };
  });
  const [h, w] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const pads = [h.pads[0]!, w.pads[0]!, h.pads[1]!, w.pads[1]!] as const;
  const isOdd = [...pads, h.size - 1, w.size - 1].some((size) => !Number.isInteger(size) || size < 0);
  const channels = kernel!.shape[0] as number;
  if (isOdd || groups < 1 || channels % groups !== 0 || x!.shape[1] !== channels)
    throw facts.refuse("has sizes that do not fit its input");
  const result = ops.conv2dInputGradient(image, dilated(kernel!, dilations as [number, number]), {
    strides: strides as [number, number],
    pads,
    groups,
    inputSize: [h.size, w.size],
  });
  return bias === undefined ? result : ops.add(result, ops.reshape(bias, [1, bias.shape[0]!, 1, 1]));
};

// [N, C, L] is an image [N, C, L, 1], and so for the kernel and what the node says of its one axis.
const onLinesToo =
  (operator: WindowOperator): WindowOperator =>
  (inputs, facts) => {
    if (inputs[0]!.rank !== 3) return operator(inputs, facts);
    const widened = inputs.map((t) => (t?.rank === 3 ? ops.reshape(t, [...t.shape, 1]) : t!));
    const result = operator(widened, facts.ofPlane());
    return ops.reshape(result, result.shape.slice(0, 3));
  };

/** By name. */
export const WINDOW_OPERATORS: Readonly<Record<string, WindowOperator>> = {
  AveragePool: onLinesToo(averagePool),
  Conv: onLinesToo(conv),
  ConvTranspose: onLinesToo(convTranspose),
  GlobalAveragePool: onLinesToo(([x], facts) => ops.reduceMean(imageOf(x!, facts), [2, 3], true)),
  GlobalMaxPool: onLinesToo(([x], facts) => ops.reduceMax(imageOf(x!, facts), [2, 3], true)),
  MaxPool: onLinesToo(maxPool),
};
