// The operators of ONNX that move a window over an image, and those that take all of it.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dilated } from "../../nn/layers/window.ts";
import { type NodeFacts, type Window, windowOf } from "./nodeFacts.ts";

type WindowOperator = (inputs: readonly Tensor[], facts: NodeFacts) => Tensor;

function imageOf(x: Tensor, facts: NodeFacts): Tensor {
  if (x.rank !== 4) throw facts.refuse(`is given ${x.rank} axes, where [N, C, H, W] is supported`);
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

const maxPool: WindowOperator = ([x], facts) => {
  const window = windowOf(facts, imageOf(x!, facts).shape.slice(2));
  if (window.dilations.some((distance) => distance !== 1)) throw facts.refuse("has a window with gaps");
  return ops.maxPool(x!, pooling(window));
};

const averagePool: WindowOperator = ([x], facts) => {
  const window = windowOf(facts, imageOf(x!, facts).shape.slice(2));
  if (window.dilations.some((distance) => distance !== 1)) throw facts.refuse("has a window with gaps");
  if (facts.int("count_include_pad", 0) === 0) return ops.averagePool(x!, pooling(window));
  if (facts.int("ceil_mode", 0) === 1) throw facts.refuse("counts padding and rounds up");
  const [top, left, bottom, right] = window.pads;
  const padded = ops.pad(ops.pad(x!, 2, top, bottom), 3, left, right);
  return ops.averagePool(padded, pooling({ ...window, pads: [0, 0, 0, 0] }));
};

/** By name. */
export const WINDOW_OPERATORS: Readonly<Record<string, WindowOperator>> = {
  AveragePool: averagePool,
  Conv: conv,
  GlobalAveragePool: ([x], facts) => ops.reduceMean(imageOf(x!, facts), [2, 3], true),
  GlobalMaxPool: ([x], facts) => ops.reduceMax(imageOf(x!, facts), [2, 3], true),
  MaxPool: maxPool,
};
