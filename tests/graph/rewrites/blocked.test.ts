import { numElements } from "@leukogram/engine/core/shape";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { rewrite } from "@leukogram/engine/graph/rewrite";
import { blockRules, canWiden } from "@leukogram/engine/graph/rewrites/blocked";
import { SIMPLIFY } from "@leukogram/engine/graph/rewrites/simplify";
import { type Tensor, topologicalOrder } from "@leukogram/engine/graph/tensor";
import { supportsBlockedKernels } from "@leukogram/engine/runtime/blocks";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Value } from "@leukogram/engine/runtime/session";
import { expect, test } from "vitest";
import { relativeError } from "../../support/graph.ts";
import { feedsFor, opNames } from "../nodes.ts";

async function run(y: Tensor): Promise<Float32Array> {
  const session = await createSession(compile({ y }));
  const results = await session.run({ ...feedsFor(y), ...bytesFor(y) });
  await session.release();
  return results.y!.data as Float32Array;
}

/** Pixels in place of numbers. */
function bytesFor(y: Tensor): Record<string, Value> {
  const inputs = topologicalOrder([y]).filter(({ op, dtype }) => op === ops.inputOp && dtype === "uint8");
  const pixels = (shape: readonly number[]) =>
    Uint8Array.from({ length: numElements(shape) }, (_, i) => (i * 7919) % 251);
  return Object.fromEntries(
    inputs.map(({ attributes, shape }) => [
      attributes.name as string,
      { data: pixels(shape as number[]), shape: shape as number[] },
    ]),
  );
}

/** Rewrites, compares with the plain graph, and runs twice. */
async function onBlocks(plain: Tensor, phases = 0): Promise<string[]> {
  const fast = rewrite({ y: plain }, [...blockRules(phases), ...SIMPLIFY]).y!;
  expect(fast.shape).toEqual(plain.shape);
  if (await supportsBlockedKernels()) {
    const result = await run(fast);
    expect(relativeError(result, await run(plain))).toBeLessThan(1e-5);
    expect(await run(fast)).toEqual(result);
  }
  return opNames(fast);
}

const conv = (pads: readonly [number, number, number, number]) => ({ strides: [2, 2], pads, groups: 1 }) as const;
const SIZES = [
  { images: 1, channels: 3, size: [7, 6], pads: [1, 1, 1, 1] },
  { images: 5, channels: 8, size: [8, 9], pads: [0, 0, 1, 1] },
  { images: 16, channels: 16, size: [6, 5], pads: [0, 1, 1, 0] },
  { images: 18, channels: 32, size: [9, 8], pads: [0, 0, 0, 0] },
] as const;

for (const { images, channels, size, pads } of SIZES)
  test(`a strided convolution of ${images} images of ${channels} channels and its kernel's gradient`, async () => {
    const x = ops.input("x", [images, channels, ...size]);
    const y = ops.conv2d(x, ops.input("kernel", [32, channels, 3, 3]), {
      ...conv(pads),
      bias: ops.input("bias", [32]),
    });
    expect(await onBlocks(y)).toContain("blockedConvolution");
    const gradient = ops.conv2dKernelGradient(x, ops.input("dz", y.shape), { ...conv(pads), kernelSize: [3, 3] });
    expect(await onBlocks(gradient)).toContain("blockedKernelGradient");
  });

test("four filters fill a block with the phases of their output, past whose border there is nothing", async () => {
  for (const height of [14, 12]) {
    const x = ops.cast(ops.input("x", [3, 3, height, 13], "uint8"), "float32");
    const kernel = ops.input("kernel", [4, 3, 3, 3]);
    const pads = [0, 0, 1, 1] as const;
    const y = ops.conv2d(x, kernel, { ...conv(pads), bias: ops.input("bias", [4]) });
    expect(canWiden(y, 2)).toBe(true);
    expect(canWiden(y, 1)).toBe(false);
    expect(await onBlocks(y, 2)).toContain("blockedConvolution");
    const dz = ops.mul(ops.step(y), ops.input("dy", y.shape));
    const gradient = ops.conv2dKernelGradient(x, dz, { ...conv(pads), kernelSize: [3, 3] });
    expect(opNames(gradient)).toContain("conv2dKernelGradient");
    await onBlocks(gradient, 2);
  }
});

test("what does not pay stays: stride 1, points, many channels, filters that fill no block", async () => {
  const convolved = (o: number, c: number, k: number, stride: number) =>
    opNames(
      rewrite(
        { y: ops.conv2d(ops.input("x", [2, c, 6, 6]), ops.input("k", [o, c, k, k]), { strides: [stride, stride] }) },
        blockRules(0),
      ).y!,
    );
  for (const y of [convolved(16, 16, 3, 1), convolved(16, 16, 1, 2), convolved(128, 64, 3, 2), convolved(24, 16, 3, 2)])
    expect(y).not.toContain("blockedConvolution");
});
