import { toOnnx } from "@leukogram/engine/graph/onnx/toOnnx";
import * as ops from "@leukogram/engine/graph/ops/index";
import { rewrite } from "@leukogram/engine/graph/rewrite";
import { lower, SIMPLIFY } from "@leukogram/engine/graph/rewrites/simplify";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { BatchNormalization, Conv2D, DepthwiseConv2D, Input } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";
import { relativeError, runGraph } from "../../support/graph.ts";
import { feedsFor, normal, opNames } from "../nodes.ts";

const simple = (y: Tensor) => rewrite({ y }, [...SIMPLIFY, lower]).y!;
const fixed = (name: string, shape: readonly number[]) => ops.constant(normal(name, shape).data, shape);
const x = ops.input("x", [2, 3]);

describe("constants are folded to what ONNX Runtime makes of them", () => {
  const a = fixed("a", [2, 3]);
  const b = fixed("b", [3]);
  const positive = ops.constant(Float32Array.of(0.5, 1, 2, 3, 0.1, 7), [2, 3]);
  const cases: Record<string, Tensor> = {
    abs: ops.abs(a),
    add: ops.add(a, b),
    "add of a column": ops.add(a, fixed("column", [2, 1])),
    clip: ops.clip(a, -0.5, 0.5),
    concat: ops.concat([a, a], 0),
    div: ops.div(b, positive),
    exp: ops.exp(a),
    gather: ops.gather(a, 1, Int32Array.of(2, 0, 0, 1), [2, 2]),
    log: ops.log(positive),
    maximum: ops.maximum(a, b),
    minimum: ops.minimum(a, b),
    mul: ops.mul(a, b),
    neg: ops.neg(a),
    pow: ops.pow(positive, b),
    reciprocal: ops.reciprocal(a),
    relu: ops.relu(a),
    reshape: ops.reshape(a, [3, 2]),
    sigmoid: ops.sigmoid(a),
    sign: ops.sign(a),
    slice: ops.slice(b, 0, 1, 3),
    sqrt: ops.sqrt(positive),
    step: ops.step(a),
    sub: ops.sub(b, a),
    tanh: ops.tanh(a),
    transpose: ops.transpose(fixed("cube", [2, 3, 4]), [2, 0, 1]),
  };
  for (const [name, tensor] of Object.entries(cases))
    test(name, async () => {
      const folded = simple(tensor);
      expect(opNames(folded)).toEqual([]);
      const session = await createSession(toOnnx({ y: tensor }));
      const { y } = await session.run({});
      await session.release();
      expect(folded.shape).toEqual(y!.shape);
      expect(relativeError(folded.attributes.data as Float32Array, y!.data as Float32Array)).toBeLessThan(1e-6);
    });
});

describe("arithmetic that changes nothing vanishes", () => {
  test("sums with 0, products with 1", () => {
    expect(simple(ops.add(x, ops.full([3], 0)))).toBe(x);
    expect(simple(ops.mul(ops.scalar(1), x))).toBe(x);
    expect(simple(ops.sub(x, ops.scalar(0)))).toBe(x);
    expect(simple(ops.div(x, ops.scalar(1)))).toBe(x);
  });

  test("but not where it broadcasts", () => {
    expect(simple(ops.add(ops.input("row", [3]), ops.full([2, 3], 0))).shape).toEqual([2, 3]);
  });

  test("nor 0 less something, nor 1 over something", () => {
    expect(opNames(simple(ops.sub(ops.scalar(0), x)))).toEqual(["sub"]);
    expect(opNames(simple(ops.div(ops.scalar(1), x)))).toEqual(["div"]);
  });
});

describe("layouts", () => {
  test("of layouts are one, or none", () => {
    expect(simple(ops.reshape(ops.reshape(x, [6]), [2, 3]))).toBe(x);
    expect(simple(ops.transpose(ops.transpose(x, [1, 0]), [1, 0]))).toBe(x);
    const cube = ops.input("cube", [2, 3, 4]);
    const turned = simple(ops.transpose(ops.transpose(cube, [1, 2, 0]), [0, 2, 1]));
    expect(opNames(turned)).toEqual(["transpose"]);
    expect(turned.shape).toEqual([3, 2, 4]);
  });

  test("that were expanded for arithmetic are not", () => {
    const row = ops.expand(ops.input("row", [1, 3]), [2, 3]);
    expect(opNames(simple(ops.mul(x, row)))).toEqual(["mul"]);
    expect(opNames(simple(ops.add(row, row)))).toEqual(["add", "expand"]);
  });
});

/** What a graph gives that no rule has touched. */
async function asWritten(y: Tensor): Promise<Float32Array> {
  const session = await createSession(toOnnx({ y }));
  const { data } = (await session.run(feedsFor(y))).y!;
  await session.release();
  return data as Float32Array;
}

describe("convolutions", () => {
  const image = ops.input("image", [1, 3, 6, 5]);

  test("take the padding before them", async () => {
    const kernel = ops.input("kernel", [2, 3, 3, 3]);
    const padded = ops.pad(ops.pad(image, 2, 0, 1), 3, 2, 1);
    const y = ops.conv2d(padded, kernel, { strides: [2, 2], pads: [1, 1, 1, 1] });
    const merged = simple(y);
    expect(opNames(merged)).toEqual(["conv2d"]);
    expect(merged.attributes.pads).toEqual([1, 3, 2, 2]);
    const found = await runGraph({ merged }, feedsFor(y));
    expect(relativeError(found.merged!, await asWritten(y))).toBeLessThan(1e-6);
  });

  test("with a fixed kernel take the scale of the pixels with them, padding and offset as they were", async () => {
    const pixels = ops.input("pixels", [1, 2, 5, 4]);
    const scaled = ops.mul(pixels, ops.scalar(0.25));
    const kernel = fixed("fixed kernel", [3, 2, 3, 3]);
    for (const image of [scaled, ops.add(scaled, ops.scalar(-1))]) {
      const y = ops.conv2d(image, kernel, { pads: [1, 0, 1, 2], bias: fixed("bias", [3]) });
      const better = simple(y);
      expect(opNames(better)).not.toContain("mul");
      expect(relativeError((await runGraph({ better }, feedsFor(y))).better!, await asWritten(y))).toBeLessThan(1e-6);
    }
  });

  test("leave cropping and padding of channels before them", () => {
    const crop = ops.conv2d(ops.pad(image, 2, -1, 1), ops.input("kernel", [2, 3, 3, 3]));
    expect(opNames(simple(crop))).toEqual(["conv2d", "pad"]);
    const channels = ops.conv2d(ops.pad(image, 1, 0, 1), ops.input("kernel", [2, 4, 3, 3]));
    expect(opNames(simple(channels))).toEqual(["conv2d", "pad"]);
  });

  for (const [name, convolution] of [
    ["Conv2D", new Conv2D({ filters: 4, kernelSize: 3, useBias: false })],
    ["Conv2D with bias", new Conv2D({ filters: 4, kernelSize: 3 })],
    ["DepthwiseConv2D", new DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 2 })],
  ] as const)
    test(`${name} takes a normalisation with it into inference`, async () => {
      const input = Input([6, 5, 3]);
      const normalization = new BatchNormalization();
      const model = new Model({ input, output: normalization.apply(convolution.apply(input)) }).initialize(0);
      for (const [path, weight] of model.weights)
        weight.value = weight.value.map((value, i) => (/variance|gamma/.test(path) ? 0.5 + i : value + 0.1 * i));
      const y = model.call(image, FIXED);
      const folded = simple(y);
      expect(opNames(folded)).toEqual(["conv2d"]);
      const plain = rewrite({ y }, [lower]).y!;
      expect(opNames(plain).filter((op) => op === "conv2d")).toHaveLength(2);
      const session = await createSession(toOnnx({ folded, plain }));
      const results = await session.run(feedsFor(image));
      await session.release();
      expect(relativeError(results.folded!.data as Float32Array, results.plain!.data as Float32Array)).toBeLessThan(
        1e-5,
      );
    });
});
