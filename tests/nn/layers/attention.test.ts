// Attention and what goes with it, against the formula of the paper and numeric gradients.

import { Rng } from "@leukogram/engine/core/rng";
import { gradients } from "@leukogram/engine/graph/autodiff";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { CallContext, Layer } from "@leukogram/engine/nn/layer";
import { AddPositionEmbs, ClassToken, Cropping1D, Input, MultiHeadAttention } from "@leukogram/engine/nn/layers/index";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";
import { relativeError, runGraph } from "../../support/graph.ts";

const SHAPE = [2, 3, 4] as const;

/** A layer with all its weights drawn, biases too. */
function drawn<L extends Layer>(layer: L, ...shapes: number[][]): L {
  layer.apply(shapes.map((shape) => Input(shape)));
  const rng = new Rng(5);
  for (const weight of layer.weights) weight.value = weight.value.map(() => rng.normal() * 0.7);
  return layer;
}

const numbers = (seed: number, shape: readonly number[]) => {
  const rng = new Rng(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal());
};

/** Output, and gradients of a weighted sum of it, of inputs and weights, by autodiff and by differences. */
async function compareGradients(layer: Layer, shapes: readonly (readonly number[])[]) {
  const values = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const [i, shape] of shapes.entries()) values.set(`x${i}`, { data: numbers(i + 1, shape), shape });
  for (const { name, shape, value } of layer.weights) values.set(name, { data: value, shape });
  const tensors = new Map([...values].map(([name, { shape }]) => [name, ops.input(name, shape)]));
  const context: CallContext = { ...FIXED, training: true, weight: ({ name }) => tensors.get(name)! };
  const y = layer.call(
    shapes.map((_, i) => tensors.get(`x${i}`)!),
    context,
  );
  const cotangent = ops.constant(numbers(99, y.shape as number[]), y.shape as number[]);
  const loss = ops.reduceSum(
    ops.mul(y, cotangent),
    y.shape.map((_, axis) => axis),
  );
  const found = gradients(loss, [...tensors.values()]);
  const names = [...tensors.keys()];
  const feeds = Object.fromEntries(values);
  const slopes = await runGraph(Object.fromEntries(names.map((name, i) => [`slope ${name}`, found[i]!])), feeds);
  const session = await createSession(compile({ loss }), { threads: 1 });
  const step = 1e-2;
  for (const name of names) {
    const { data, shape } = values.get(name)!;
    const numeric = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const lossAt = async (shift: number) => {
        const moved = data.map((value, j) => (i === j ? value + shift : value));
        return Number((await session.run({ ...feeds, [name]: { data: moved, shape } })).loss!.data[0]);
      };
      numeric[i] = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    }
    // A key's bias moves all scores of a row alike, and changes nothing.
    const slope = slopes[`slope ${name}`]!;
    if (name === "key/bias") expect(Math.max(...slope.map(Math.abs))).toBeLessThan(1e-5);
    else expect(relativeError(slope, numeric), name).toBeLessThan(5e-3);
  }
  await session.release();
}

/** softmax(Q K / sqrt(d)) V of one image, head by head, in plain loops. */
function byHand(layer: MultiHeadAttention, query: number[][], value: number[][]): number[] {
  const { numHeads, keyDim, valueDim } = layer.config;
  const weight = (name: string) => layer.weights.find((w) => w.name === name)!.value;
  const project = (rows: number[][], part: string, head: number, size: number) =>
    rows.map((row) =>
      Array.from({ length: size }, (_, j) =>
        row.reduce(
          (sum, x, d) => sum + x * weight(`${part}/kernel`)[(d * numHeads + head) * size + j]!,
          weight(`${part}/bias`)[head * size + j]!,
        ),
      ),
    );
  const dim = query[0]!.length;
  const out = query.map(() => [...weight("attention_output/bias")]);
  for (let head = 0; head < numHeads; head++) {
    const [q, k] = [project(query, "query", head, keyDim), project(value, "key", head, keyDim)];
    const v = project(value, "value", head, valueDim);
    for (const [t, row] of q.entries()) {
      const scores = k.map((other) => Math.exp(other.reduce((sum, x, j) => sum + x * row[j]!, 0) / Math.sqrt(keyDim)));
      const total = scores.reduce((a, b) => a + b);
      for (let j = 0; j < valueDim; j++) {
        const seen = v.reduce((sum, other, s) => sum + (other[j]! * scores[s]!) / total, 0);
        for (let d = 0; d < dim; d++)
          out[t]![d]! += seen * weight("attention_output/kernel")[(head * valueDim + j) * dim + d]!;
      }
    }
  }
  return out.flat();
}

const rowsOf = (data: Float32Array, width: number, from: number, count: number) =>
  Array.from({ length: count }, (_, t) => [...data.slice((from + t) * width, (from + t + 1) * width)]);

describe("MultiHeadAttention", () => {
  test("has Keras's weights, names and shapes", () => {
    const layer = drawn(new MultiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 5 }), [3, 4], [6, 7]);
    expect(layer.weights.map(({ name, shape }) => [name, shape])).toEqual([
      ["query/kernel", [4, 2, 3]],
      ["query/bias", [2, 3]],
      ["key/kernel", [7, 2, 3]],
      ["key/bias", [2, 3]],
      ["value/kernel", [7, 2, 5]],
      ["value/bias", [2, 5]],
      ["attention_output/kernel", [2, 5, 4]],
      ["attention_output/bias", [4]],
    ]);
  });

  test("is the formula of the paper, of any number of images", async () => {
    const layer = drawn(new MultiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 5 }), [3, 4], [6, 7]);
    const [q, v] = [numbers(1, SHAPE), numbers(2, [2, 6, 7])];
    const wanted = [0, 1].flatMap((n) => byHand(layer, rowsOf(q, 4, 3 * n, 3), rowsOf(v, 7, 6 * n, 6)));
    const feeds = { q: { data: q, shape: [2, 3, 4] }, v: { data: v, shape: [2, 6, 7] } };
    for (const batch of [2, "batch"]) {
      const [x, z] = [ops.input("q", [batch, 3, 4]), ops.input("v", [batch, 6, 7])];
      const { y } = await runGraph({ y: layer.call([x, z], FIXED) }, feeds);
      expect(relativeError(y!, wanted)).toBeLessThan(1e-5);
    }
  });

  test("has the gradients that differences show", async () => {
    const layer = drawn(new MultiHeadAttention({ numHeads: 2, keyDim: 3 }), [3, 4], [2, 3]);
    await compareGradients(layer, [SHAPE, [2, 2, 3]]);
  });

  test("drops attention in training alone", () => {
    const layer = drawn(new MultiHeadAttention({ numHeads: 2, keyDim: 3, dropout: 0.5 }), [3, 4]);
    const shapes: (readonly number[])[] = [];
    const random = (shape: readonly number[]) => {
      shapes.push(shape);
      return ops.full(shape, 0.9);
    };
    layer.call([ops.input("x", SHAPE)], { ...FIXED, training: true, random });
    layer.call([ops.input("x", SHAPE)], { ...FIXED, random });
    expect(shapes).toEqual([[2, 2, 3, 3]]);
  });

  test("refuses images", () => {
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3 });
    expect(() => layer.apply(Input([4, 4, 3]))).toThrow("attention: expected rows [T, D], received [4, 4, 3]");
  });
});

describe("the rows of a vision transformer", () => {
  const entries = async (y: Tensor) => [...(await runGraph({ y })).y!];
  const x = ops.constant(Float32Array.of(1, 2, 3, 4), [1, 2, 2]);

  test("get the class token first", async () => {
    const layer = drawn(new ClassToken(), [2, 2]);
    layer.weights[0]!.value = Float32Array.of(8, 9);
    expect(await entries(layer.call([x], FIXED))).toEqual([8, 9, 1, 2, 3, 4]);
    await compareGradients(drawn(new ClassToken(), [3, 4]), [SHAPE]);
  });

  test("get their place added", async () => {
    const layer = drawn(new AddPositionEmbs(), [2, 2]);
    layer.weights[0]!.value = Float32Array.of(10, 20, 30, 40);
    expect(await entries(layer.call([x], FIXED))).toEqual([11, 22, 33, 44]);
    await compareGradients(drawn(new AddPositionEmbs(), [3, 4]), [SHAPE]);
    expect(() => new AddPositionEmbs().apply(Input([4, 4, 3]))).toThrow("expected rows [T, D], received [4, 4, 3]");
  });

  test("are cut at both ends", async () => {
    const rows = ops.constant(Float32Array.of(1, 2, 3, 4), [1, 4, 1]);
    expect(await entries(new Cropping1D({ cropping: [1, 2] }).call([rows]))).toEqual([2]);
    expect(new Cropping1D().apply(Input([5, 3])).shape).toEqual([3, 3]);
    expect(() => new Cropping1D({ cropping: [0, 5] }).apply(Input([5, 3]))).toThrow("ERR_SHAPE");
  });
});
