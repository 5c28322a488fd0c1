import { Rng } from "@leukogram/engine/core/rng";
import { numElements } from "@leukogram/engine/core/shape";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { describe, expect, test } from "vitest";
import { relativeError, runGraph } from "../../support/graph.ts";
import { expectNumericGradient, type GradientCase } from "../numericGradient.ts";

const positive = (rng: Rng) => rng.uniform(0.5, 2);
// Whole numbers and a margin: no kink within reach of a difference.
const offKink = (rng: Rng) => rng.integer(5) - 2 + rng.uniform(0.2, 0.8);

/** Numbers that are all different, at least 0.1 apart, in an order that looks random. */
function distinct(): (rng: Rng) => number {
  let count = 0;
  return (rng) => ((count++ * 37) % 101) / 10 + rng.uniform(0, 0.04);
}

const unary = (op: (x: Tensor) => Tensor, draw?: (rng: Rng) => number): GradientCase => ({
  shapes: [[3, 4]],
  apply: ([x]) => op(x!),
  ...(draw && { draw }),
});

const CONV = { strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;

const CASES: Record<string, GradientCase> = {
  "abs away from 0": unary(ops.abs, offKink),
  exp: unary(ops.exp),
  erf: unary(ops.erf),
  "log of positive numbers": unary(ops.log, positive),
  neg: unary(ops.neg),
  "reciprocal of positive numbers": unary(ops.reciprocal, positive),
  "relu away from 0": unary(ops.relu, offKink),
  sigmoid: unary(ops.sigmoid),
  "sqrt of positive numbers": unary(ops.sqrt, positive),
  tanh: unary(ops.tanh),
  "clip, on both sides of both ends": unary((x) => ops.clip(x, -1, 1), offKink),
  softmax: unary(ops.softmax),
  "logSoftmax over the last axis of three": { shapes: [[2, 3, 4]], apply: ([x]) => ops.logSoftmax(x!) },

  "add broadcast along the first and the last axis": {
    shapes: [
      [1, 3, 2],
      [2, 3, 1],
    ],
    apply: ([a, b]) => ops.add(a!, b!),
  },
  "sub of a vector from a matrix": { shapes: [[3, 4], [4]], apply: ([a, b]) => ops.sub(a!, b!) },
  "sub of a matrix from a scalar": { shapes: [[], [3, 2]], apply: ([a, b]) => ops.sub(a!, b!) },
  "mul by one number a channel": {
    shapes: [
      [2, 3, 2, 2],
      [1, 3, 1, 1],
    ],
    apply: ([a, b]) => ops.mul(a!, b!),
  },
  "mul of a tensor by itself": { shapes: [[5]], apply: ([x]) => ops.mul(x!, x!) },
  "div of a column by a row": {
    shapes: [
      [3, 1],
      [1, 4],
    ],
    apply: ([a, b]) => ops.div(a!, b!),
    draw: positive,
  },
  "gather with entries twice and never": {
    shapes: [[2, 4, 3]],
    apply: ([x]) => ops.gather(x!, 1, Int32Array.of(2, 0, 2, 2, 3, 0), [3, 2]),
  },
  "mod by a fixed number": { shapes: [[6]], apply: ([x]) => ops.mod(x!, ops.scalar(0.7)), draw: positive },
  "pad by another number than 0": { shapes: [[2, 3]], apply: ([x]) => ops.pad(x!, 1, 1, 2, 5) },
  "pow with a fixed exponent": { shapes: [[6]], apply: ([x]) => ops.pow(x!, ops.scalar(2.5)), draw: positive },
  "maximum, broadcast": { shapes: [[4, 3], [3]], apply: ([a, b]) => ops.maximum(a!, b!), draw: distinct() },
  "minimum, broadcast": { shapes: [[4, 3], [3]], apply: ([a, b]) => ops.minimum(a!, b!), draw: distinct() },

  "concat of three along an inner axis": {
    shapes: [
      [2, 1, 3],
      [2, 2, 3],
      [2, 3, 3],
    ],
    apply: (parts) => ops.concat(parts, 1),
  },
  "concat of a tensor with itself": { shapes: [[2, 3]], apply: ([x]) => ops.concat([x!, x!], 0) },
  "expand of a row and a missing axis": { shapes: [[1, 3]], apply: ([x]) => ops.expand(x!, [2, 4, 3]) },
  "pad on both sides": { shapes: [[2, 3]], apply: ([x]) => ops.pad(x!, 1, 2, 1) },
  "pad by negative numbers": { shapes: [[2, 5]], apply: ([x]) => ops.pad(x!, 1, -2, -1) },
  "pad on one side, crop on the other": { shapes: [[2, 5]], apply: ([x]) => ops.pad(x!, 1, -2, 3) },
  reshape: { shapes: [[2, 6]], apply: ([x]) => ops.reshape(x!, [3, 4]) },
  "slice of neighbours": { shapes: [[2, 6]], apply: ([x]) => ops.slice(x!, 1, 2, 5) },
  "slice with a step that ends on the last entry": { shapes: [[2, 7]], apply: ([x]) => ops.slice(x!, 1, 0, 7, 3) },
  "slice with a step that ends before": { shapes: [[8, 2]], apply: ([x]) => ops.slice(x!, 0, 1, 6, 2) },
  "slice with a step wider than what is left": { shapes: [[1, 6]], apply: ([x]) => ops.slice(x!, 1, 4, 6, 5) },
  "transpose of four axes": { shapes: [[2, 1, 3, 2]], apply: ([x]) => ops.transpose(x!, [2, 0, 3, 1]) },

  "matMul of matrices": {
    shapes: [
      [3, 4],
      [4, 2],
    ],
    apply: ([a, b]) => ops.matMul(a!, b!),
  },
  "matMul of three axes": {
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    apply: ([a, b]) => ops.matMul(a!, b!),
  },
  "matMul of a matrix by each of several": {
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
    apply: ([a, b]) => ops.matMul(a!, b!),
  },
  "matMul of each of several by a matrix": {
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    apply: ([a, b]) => ops.matMul(a!, b!),
  },

  "reduceSum over two axes": { shapes: [[2, 3, 2]], apply: ([x]) => ops.reduceSum(x!, [0, 2]) },
  "reduceSum with the axis kept": { shapes: [[2, 3]], apply: ([x]) => ops.reduceSum(x!, [1], true) },
  "reduceMean over images": { shapes: [[2, 3, 2, 2]], apply: ([x]) => ops.reduceMean(x!, [0, 2, 3]) },
  "reduceMean over positions": { shapes: [[2, 3, 2, 2]], apply: ([x]) => ops.reduceMean(x!, [2, 3], true) },
  "reduceMean over the channels": { shapes: [[2, 3, 2, 2]], apply: ([x]) => ops.reduceMean(x!, [1]) },
  "reduceMax of distinct numbers": { shapes: [[3, 4]], apply: ([x]) => ops.reduceMax(x!, [1]), draw: distinct() },

  "maxPool of windows that overlap, with same padding": {
    shapes: [[1, 2, 5, 5]],
    apply: ([x]) => ops.maxPool(x!, { poolSize: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    draw: distinct(),
  },
  "averagePool of windows that overlap, with uneven padding": {
    shapes: [[2, 2, 4, 5]],
    apply: ([x]) => ops.averagePool(x!, { poolSize: [3, 2], strides: [2, 1], pads: [0, 0, 1, 1] }),
  },
  "resize to more pixels": { shapes: [[1, 2, 3, 2]], apply: ([x]) => ops.resize(x!, [5, 7]) },
  "resize to fewer pixels": { shapes: [[1, 1, 6, 5]], apply: ([x]) => ops.resize(x!, [2, 3]) },
  "channelAffine of images": {
    shapes: [[2, 3, 2, 2], [3], [3]],
    apply: ([x, scale, shift]) => ops.channelAffine(x!, scale!, shift!),
  },
  "channelAffine of features": {
    shapes: [[4, 3], [3], [3]],
    apply: ([x, scale, shift]) => ops.channelAffine(x!, scale!, shift!),
  },
  "toPhases past the border": { shapes: [[1, 2, 5, 4]], apply: ([x]) => ops.toPhases(x!, 3, [2, 2]) },
  "fromPhases of a grid past the border": {
    shapes: [[1, 8, 2, 3]],
    apply: ([x]) => ops.fromPhases(x!, 2, [3, 5], false),
  },

  "conv2d with bias, stride and uneven padding": {
    shapes: [[2, 2, 5, 6], [3, 2, 3, 2], [3]],
    apply: ([x, kernel, bias]) => ops.conv2d(x!, kernel!, { ...CONV, strides: [2, 3], pads: [0, 1, 1, 2], bias }),
  },
  "conv2d whose last window leaves pixels over": {
    shapes: [
      [1, 1, 6, 7],
      [2, 1, 2, 2],
    ],
    apply: ([x, kernel]) => ops.conv2d(x!, kernel!, { strides: [4, 3] }),
  },
  "conv2d, depthwise with two outputs a channel": {
    shapes: [
      [2, 3, 4, 4],
      [6, 1, 3, 3],
    ],
    apply: ([x, kernel]) => ops.conv2d(x!, kernel!, { groups: 3, pads: [1, 1, 1, 1], strides: [2, 2] }),
  },
  "conv2d in groups of two channels": {
    shapes: [
      [2, 4, 3, 3],
      [6, 2, 2, 2],
    ],
    apply: ([x, kernel]) => ops.conv2d(x!, kernel!, { groups: 2, pads: [0, 0, 1, 1] }),
  },
  conv2dInputGradient: {
    shapes: [
      [2, 3, 3, 2],
      [3, 2, 3, 3],
    ],
    apply: ([dz, kernel]) =>
      ops.conv2dInputGradient(dz!, kernel!, { strides: [2, 3], pads: [1, 1, 1, 1], groups: 1, inputSize: [6, 5] }),
  },
  "conv2dInputGradient, depthwise": {
    shapes: [
      [1, 2, 2, 2],
      [2, 1, 2, 2],
    ],
    apply: ([dz, kernel]) =>
      ops.conv2dInputGradient(dz!, kernel!, { strides: [2, 2], pads: [0, 0, 0, 0], groups: 2, inputSize: [5, 4] }),
  },
  conv2dKernelGradient: {
    shapes: [
      [2, 2, 5, 4],
      [2, 3, 3, 2],
    ],
    apply: ([x, dz]) =>
      ops.conv2dKernelGradient(x!, dz!, { strides: [2, 2], pads: [1, 0, 1, 1], groups: 1, kernelSize: [3, 3] }),
  },
  "conv2dKernelGradient, depthwise": {
    shapes: [
      [2, 2, 4, 4],
      [2, 2, 2, 2],
    ],
    apply: ([x, dz]) =>
      ops.conv2dKernelGradient(x!, dz!, { strides: [2, 2], pads: [0, 0, 0, 0], groups: 2, kernelSize: [2, 2] }),
  },
};

/** What a case gives of these entries; each input is `shapes[i]`. */
async function resultOf(
  { apply }: GradientCase,
  values: readonly Float32Array[],
  shapes: readonly (readonly number[])[],
) {
  const y = apply(values.map((value, i) => ops.constant(value, shapes[i]!)));
  return (await runGraph({ y })).y!;
}

describe("what ops say of themselves is so", () => {
  const made = Object.entries(CASES).map(([name, one]) => {
    const inputs = one.shapes.map((shape, i) => ops.input(`x${i}`, shape));
    const node = one.apply(inputs);
    const isBatched = (t: Tensor) => t.rank === node.rank && t.shape[0] === node.shape[0] && inputs.includes(t);
    const isOne = node.inputs.every((t) => inputs.includes(t)) && !("shape" in node.attributes);
    return { name, one, node, inputs, isBatched, isOne };
  });

  const perImage = made.filter(
    ({ node, isBatched, isOne }) => isOne && node.op.perImage?.(node, node.attributes, isBatched) && node.rank > 1,
  );
  test.each(perImage)("each image by itself: $name", async ({ name, one, node, inputs, isBatched }) => {
    const rng = new Rng(name);
    const draw = one.draw ?? (() => rng.normal());
    const values = one.shapes.map((shape) => Float32Array.from({ length: numElements(shape) }, () => draw(rng)));
    const whole = await resultOf(one, values, one.shapes);
    const count = node.shape[0] as number;
    const images: number[] = [];
    for (let i = 0; i < count; i++) {
      const isCut = inputs.map((t) => isBatched(t));
      const parts = values.map((value, k) => {
        const size = value.length / count;
        return isCut[k] ? value.slice(i * size, (i + 1) * size) : value;
      });
      const shapes = one.shapes.map((shape, k) => (isCut[k] ? shape.with(0, 1) : shape));
      images.push(...(await resultOf(one, parts, shapes)));
    }
    expect(relativeError(Float32Array.from(images), whole)).toBeLessThan(1e-6);
  });

  const zeros = made.filter(({ node, inputs }) => node.op.keepsZero !== undefined && inputs.length === 1);
  test.each(zeros)("whether 0 becomes 0: $name", async ({ one, node }) => {
    const found = await resultOf(one, [new Float32Array(numElements(one.shapes[0]!))], one.shapes);
    expect(found.every((value) => value === 0)).toBe(node.op.keepsZero!(node.attributes));
  });
});

describe("gradients are what differences of the outputs say", () => {
  for (const [name, options] of Object.entries(CASES)) test(name, () => expectNumericGradient(name, options));
});
