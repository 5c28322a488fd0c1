// The rules behind compileTraining, each on a graph where it must apply.

import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { rewrite } from "@leukogram/engine/graph/rewrite";
import { chunkBatch } from "@leukogram/engine/graph/rewrites/chunks";
import { FOLD_NORMALIZATION } from "@leukogram/engine/graph/rewrites/normalization";
import { PHASES } from "@leukogram/engine/graph/rewrites/phases";
import { SIMPLIFY } from "@leukogram/engine/graph/rewrites/simplify";
import { turnGradient } from "@leukogram/engine/graph/rewrites/turnedGradients";
import { type Tensor, topologicalOrder } from "@leukogram/engine/graph/tensor";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Value } from "@leukogram/engine/runtime/session";
import { describe, expect, test } from "vitest";
import { relativeError } from "../../support/graph.ts";
import { feedsFor, opNames } from "../nodes.ts";

async function run(y: Tensor, feeds: Readonly<Record<string, Value>>): Promise<Float32Array> {
  const session = await createSession(compile({ y }));
  const results = await session.run(feeds);
  await session.release();
  return results.y!.data as Float32Array;
}

async function expectSame(plain: Tensor, fast: Tensor): Promise<void> {
  const feeds = feedsFor(plain);
  expect(fast.shape).toEqual(plain.shape);
  expect(relativeError(await run(fast, feeds), await run(plain, feeds))).toBeLessThan(1e-5);
}

const fold = (y: Tensor) => rewrite({ y }, [...SIMPLIFY, ...FOLD_NORMALIZATION]).y!;
const CONV = { strides: [2, 2], pads: [1, 1, 1, 1], groups: 1 } as const;
const channels = (name: string, count: number) => ops.input(name, [count]);
const total = (x: Tensor) => ops.reduceSum(x, [0, 2, 3]);

describe("normalisation folds into convolutions", () => {
  const x = ops.input("x", [2, 3, 7, 6]);
  const kernel = ops.input("kernel", [4, 3, 3, 3]);
  const dz = ops.input("dz", [2, 4, 4, 3]);
  const normal = ops.channelAffine(x, channels("scale", 3), channels("shift", 3));
  const dx = ops.conv2dInputGradient(dz, kernel, { ...CONV, inputSize: [7, 6] });

  /** How many affine maps are left that pass over the images, rather than over a kernel. */
  const passes = (y: Tensor) =>
    topologicalOrder([y]).filter((t) => t.op === ops.channelAffineOp && t.shape[2] === 7).length;

  test("of few channels, borders included", async () => {
    const y = ops.conv2d(normal, kernel, { ...CONV, bias: channels("bias", 4) });
    expect(passes(fold(y))).toBe(0);
    await expectSame(y, fold(y));
  });

  test("in the kernel's gradient", async () => {
    const y = ops.conv2dKernelGradient(normal, dz, { ...CONV, kernelSize: [3, 3] });
    expect(passes(fold(y))).toBe(0);
    await expectSame(y, fold(y));
  });

  test("as a factor into the input's gradient", async () => {
    const y = ops.channelAffine(dx, channels("scale", 3), ops.full([3], 0));
    expect(passes(fold(y))).toBe(0);
    await expectSame(y, fold(y));
  });

  test("whose sums need no pass over the images", async () => {
    expect(opNames(fold(total(dx)))).not.toContain("conv2dInputGradient");
    await expectSame(total(dx), fold(total(dx)));
    const product = total(ops.mul(x, dx));
    expect(opNames(fold(product))).not.toContain("conv2dInputGradient");
    await expectSame(product, fold(product));
  });

  test("but a sum under a mask asks for no other kernel's gradient", async () => {
    const masked = total(ops.mul(dx, ops.step(x)));
    expect(opNames(fold(masked))).not.toContain("conv2dKernelGradient");
    await expectSame(masked, fold(masked));
  });

  test("as one map of each tensor", async () => {
    const other = ops.channelAffine(x, channels("a", 3), channels("b", 3));
    const y = ops.add(ops.add(normal, ops.input("r", [2, 3, 7, 6])), ops.add(other, ops.input("s", [1, 3, 1, 1])));
    expect(opNames(fold(y)).filter((name) => name === "channelAffine")).toHaveLength(1);
    await expectSame(y, fold(y));
  });

  test("as one map of a single image of a single pixel, where everything is one number a channel", async () => {
    const pixel = ops.input("pixel", [1, 3, 1, 1]);
    const map = ops.channelAffine(pixel, channels("a", 3), channels("b", 3));
    const y = ops.add(map, ops.add(ops.input("s", [1, 3, 1, 1]), map));
    await expectSame(y, fold(y));
  });

  test("and a factor goes into the kernel", async () => {
    const y = ops.conv2d(ops.mul(x, ops.scalar(0.5)), kernel, CONV);
    expect(opNames(fold(y)).filter((name) => name === "mul")).toHaveLength(1);
    await expectSame(y, fold(y));
  });
});

describe("phases past the border", () => {
  const phase = (y: Tensor) => rewrite({ y }, [...PHASES, ...SIMPLIFY]).y!;
  // 5 x 5 pixels on a grid of 3 x 3 cells of 2 x 2: a row and a column lie past the border.
  const grid = ops.input("grid", [2, 12, 3, 3]);
  const dirty = ops.fromPhases(grid, 2, [5, 5], false);
  const dx = ops.conv2dInputGradient(ops.input("dz", [2, 4, 3, 3]), ops.input("kernel", [4, 3, 3, 3]), {
    ...CONV,
    inputSize: [5, 5],
  });

  test("do not enter sums, whatever lies there", async () => {
    for (const y of [
      total(ops.mul(dx, ops.step(dirty))),
      total(ops.mul(ops.sigmoid(dirty), dx)),
      total(ops.add(dirty, dx)),
      total(ops.sub(ops.scalar(1), dirty)),
      ops.reduceMean(ops.mul(dirty, dirty), [0, 2, 3]),
    ])
      await expectSame(y, phase(y));
  });

  test("do not enter convolutions", async () => {
    const y = ops.conv2d(ops.mul(dirty, dx), ops.input("next", [2, 3, 3, 3]), { ...CONV, bias: channels("bias", 2) });
    await expectSame(y, phase(y));
  });

  test("are zero where they are asked to be", async () => {
    const y = ops.toPhases(dx, 2, [3, 3]);
    await expectSame(y, phase(y));
    const again = ops.toPhases(dirty, 2, [3, 3]);
    await expectSame(again, phase(again));
    expect(phase(ops.toPhases(dirty, 2, [3, 3], true))).toBe(grid);
  });

  test("pixels in phases are convolved without being put together", async () => {
    const pixels = ops.cast(ops.input("pixels", [2, 12, 3, 3], "int32"), "float32");
    // The last row and column are padding, and zero.
    const image = ops.fromPhases(pixels, 2, [6, 6], true);
    const y = ops.relu(ops.conv2d(image, ops.input("kernel", [4, 3, 3, 3]), { ...CONV, pads: [0, 0, 1, 1] }));
    expect(opNames(phase(y))).not.toContain("fromPhases");
    const feeds = {
      ...feedsFor(y),
      pixels: { data: Int32Array.from({ length: 216 }, (_, i) => (i * 7) % 11), shape: [2, 12, 3, 3] },
    };
    expect(relativeError(await run(phase(y), feeds), await run(y, feeds))).toBeLessThan(1e-5);
  });
});

describe("chunks", () => {
  const BATCH = 4;
  const images = ops.input("images", [BATCH, 6]);
  const options = {
    batchSize: BATCH,
    inputs: new Set(["images", "labels"]),
    split: "images",
    largeBytes: 1,
    chunkBytes: 1,
  };
  const weights = ops.input("weights", [6, BATCH]);

  async function expectChunked(y: Tensor): Promise<void> {
    const { outputs, sizes, isSplit } = chunkBatch({ y }, options);
    const feeds = feedsFor(y);
    const { images: whole, ...rest } = feeds;
    const parts = sizes.map((size, k) => [
      `images.${k}`,
      { data: (whole!.data as Float32Array).slice(k * 6, k * 6 + 6), shape: [size, 6] },
    ]);
    const cut = await run(outputs.y!, isSplit ? { ...rest, ...Object.fromEntries(parts) } : feeds);
    expect(relativeError(cut, await run(y, feeds))).toBeLessThan(1e-5);
  }

  test("of other sizes than one another give the batch's mean", () => {
    const y = ops.reduceMean(ops.exp(images), [0]);
    const { sizes, isSplit } = chunkBatch({ y }, { ...options, chunkBytes: 40 });
    expect([sizes, isSplit]).toEqual([[1, 1, 2], true]);
  });

  test("leave graphs alone whose tensors are small", () => {
    const outputs = { y: ops.exp(images) };
    expect(chunkBatch(outputs, { ...options, largeBytes: 1000 })).toEqual({ outputs, sizes: [BATCH], isSplit: false });
  });

  // Everywhere an axis of weights is as long as the batch.
  const scores = ops.matMul(images, weights); // [BATCH, BATCH]
  const perImage = ops.reduceSum(images, [1]); // [BATCH]
  const cases: Record<string, Tensor> = {
    "scores, as many as images": ops.softmax(scores),
    "a number an image, broadcast along the classes": ops.add(scores, perImage),
    "a number an image, expanded along the classes": ops.mul(ops.expand(perImage, [BATCH, BATCH]), scores),
    "a product with the images on the right": ops.matMul(ops.input("left", [BATCH, BATCH]), scores),
    "a product of images by images": ops.matMul(scores, scores),
    "a product of cubes by the images": ops.matMul(ops.reshape(images, [BATCH, 1, 6]), ops.transpose(images, [1, 0])),
    "a cube of images by a matrix": ops.matMul(ops.reshape(scores, [BATCH, 2, 2]), ops.input("right", [2, BATCH])),
    "a cube of weights by a matrix of images": ops.matMul(ops.input("cube", [BATCH, 2, BATCH]), scores),
    "the weights turned": ops.matMul(scores, ops.transpose(scores, [1, 0])),
    "a softmax over the batch": ops.softmax(perImage),
    "sums over the batch and the columns": ops.reduceSum(scores, [0, 1]),
    "the mean over the batch": ops.reduceMean(ops.exp(scores), [0]),
    "the largest over the batch": ops.reduceMax(scores, [0]),
    "a slice of the batch": ops.slice(scores, 0, 1, 3),
    "a slice of the columns": ops.slice(scores, 1, 1, 3),
    "labels, which stay whole": ops.mul(scores, ops.reshape(ops.input("labels", [BATCH]), [BATCH, 1])),
    "images beside each other": ops.concat([scores, images], 1),
    "images below each other": ops.concat([scores, scores], 0),
  };
  for (const [name, y] of Object.entries(cases)) test(name, () => expectChunked(y));
});

describe("the gradient by the input of a convolution without strides", () => {
  const dz = ops.input("dz", [2, 4, 6, 5]);
  const turned = (attributes: Partial<Parameters<typeof ops.conv2dInputGradient>[2]>, kernelSize = [3, 3]) => {
    const kernel = ops.input("kernel", [4, 3, ...kernelSize]);
    const settings = { strides: [1, 1], pads: [1, 1, 1, 1], groups: 1, inputSize: [6, 5], ...attributes } as const;
    const plain = ops.conv2dInputGradient(dz, kernel, settings);
    return { plain, fast: rewrite({ y: plain }, [turnGradient]).y! };
  };

  test("is a convolution with the kernel turned around, borders and odd kernels included", async () => {
    for (const [attributes, kernelSize] of [
      [{}, [3, 3]],
      [{ pads: [0, 0, 0, 0], inputSize: [8, 7] }, [3, 3]],
      [{ pads: [2, 0, 0, 1], inputSize: [7, 6] }, [4, 3]],
      [{ pads: [0, 1, 0, 2], inputSize: [6, 6] }, [1, 5]],
    ] as const) {
      const { plain, fast } = turned(attributes, [...kernelSize]);
      expect(opNames(fast)).toContain("conv2d");
      expect(opNames(fast)).not.toContain("conv2dInputGradient");
      await expectSame(plain, fast);
    }
  });

  test("stays where there are strides, or where the kernel is a point or narrower than the padding", () => {
    for (const [attributes, kernelSize] of [
      [{ strides: [2, 2], inputSize: [11, 9] }, [3, 3]],
      [{ pads: [0, 0, 0, 0] }, [1, 1]],
      [{ pads: [3, 0, 0, 0], inputSize: [5, 7] }, [3, 3]],
    ] as const) {
      const { plain, fast } = turned(attributes, [...kernelSize]);
      expect(fast).toBe(plain);
    }
  });
});
