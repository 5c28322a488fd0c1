// The rules for pointwise and depthwise convolutions, each on a graph where it must apply.

import { gradients } from "@leukogram/engine/graph/autodiff";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { rewrite } from "@leukogram/engine/graph/rewrite";
import { foldBatch } from "@leukogram/engine/graph/rewrites/foldBatch";
import { SIMPLIFY } from "@leukogram/engine/graph/rewrites/simplify";
import { STRIDED_DEPTHWISE } from "@leukogram/engine/graph/rewrites/stridedDepthwise";
import { type Tensor, topologicalOrder } from "@leukogram/engine/graph/tensor";
import { supportsBlocks } from "@leukogram/engine/runtime/blocks";
import { createSession } from "@leukogram/engine/runtime/node";
import { expect, test } from "vitest";
import { relativeError } from "../../support/graph.ts";
import { feedsFor, opNames } from "../nodes.ts";

type Outputs = Readonly<Record<string, Tensor>>;

const N = 3;

/** Widen, convolve each channel, narrow, sum of squares: its value and gradients. */
function residual(size: readonly [number, number], stride: number, pads: readonly [number, number, number, number]) {
  const inputs = {
    images: ops.input("images", [N, 4, ...size]),
    widen: ops.input("widen", [16, 4, 1, 1]),
    bias: ops.input("bias", [16]),
    kernel: ops.input("kernel", [16, 1, 3, 3]),
    narrow: ops.input("narrow", [5, 16, 1, 1]),
  };
  const { images, widen, bias, kernel, narrow } = inputs;
  const wide = ops.clip(ops.conv2d(images, widen, { bias }), 0, 6);
  const deep = ops.conv2d(wide, kernel, { strides: [stride, stride], pads, groups: 16 });
  const y = ops.conv2d(ops.relu(deep), narrow);
  const loss = ops.reduceSum(ops.mul(y, y), [0, 1, 2, 3]);
  const names = Object.keys(inputs);
  const found = gradients(loss, Object.values(inputs));
  return { loss, ...Object.fromEntries(names.map((name, i) => [`d_${name}`, found[i]!])) };
}

async function run(outputs: Outputs): Promise<Record<string, Float32Array>> {
  const session = await createSession(compile(outputs), { threads: 1 });
  const results = await session.run(feedsFor(...Object.values(outputs)));
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

async function expectSame(plain: Outputs, fast: Outputs): Promise<void> {
  const [wanted, got] = [await run(plain), await run(fast)];
  for (const name of Object.keys(plain)) expect(relativeError(got[name]!, wanted[name]!), name).toBeLessThan(2e-5);
}

const fold = (outputs: Outputs, blocks: boolean) =>
  rewrite(foldBatch(outputs, { batchSize: N, inputs: new Set(["images"]), blocks }), SIMPLIFY);
const count = (outputs: Outputs, name: string) =>
  topologicalOrder(Object.values(outputs)).filter(({ op }) => op.name === name).length;

for (const blocks of [false, true])
  test(`the batch folds into the height${blocks ? ", depthwise convolutions on blocks of channels" : ""}`, async () => {
    if (blocks && !(await supportsBlocks())) return;
    const plain = residual([5, 6], 1, [1, 1, 1, 1]);
    const fast = fold(plain, blocks);
    // Forward, by the input and by the kernel.
    expect(count(fast, "blockedConv2d")).toBe(blocks ? 3 : 0);
    expect(count(fast, "conv2dInputGradient")).toBe(0);
    await expectSame(plain, fast);
  });

test("one dense convolution behind another is left as it is", () => {
  const kernel = (name: string) => ops.input(name, [4, 4, 3, 3]);
  const y = ops.conv2d(ops.relu(ops.conv2d(ops.input("images", [N, 4, 6, 6]), kernel("a"))), kernel("b"));
  expect(fold({ y }, true).y).toBe(y);
});

for (const [size, pads] of [
  [
    [6, 8],
    [0, 0, 1, 1],
  ],
  [
    [8, 4],
    [1, 1, 1, 1],
  ],
  [
    [6, 6],
    [1, 1, 0, 0],
  ],
] as const)
  test(`a depthwise convolution of stride 2 works on phases: ${size.join("x")}, padding ${pads.join()}`, async () => {
    const plain = residual(size, 2, pads);
    const fast = rewrite(plain, [...SIMPLIFY, ...STRIDED_DEPTHWISE]);
    const strides = topologicalOrder(Object.values(fast)).map(({ attributes }) => String(attributes.strides));
    expect(strides).not.toContain("2,2");
    // Four phases of the image that comes in; its gradient is put together from four.
    expect(count(fast, "phase")).toBe(4);
    expect(count(fast, "weave")).toBe(1);
    await expectSame(plain, fast);
    await expectSame(plain, fold(fast, await supportsBlocks()));
  });

test("a depthwise convolution of stride 2 on an odd size stays", () => {
  const { loss } = residual([7, 6], 2, [1, 1, 1, 1]);
  expect(opNames(rewrite({ loss }, STRIDED_DEPTHWISE).loss!)).not.toContain("phase");
});

test("vectors from the same arithmetic are computed as one", () => {
  const statistics = ops.input("statistics", [5]);
  const moved = (start: number, end: number) =>
    ops.add(
      ops.mul(ops.slice(statistics, 0, start, end), ops.scalar(0.9)),
      ops.mul(ops.input(`batch${start}`, [end - start]), ops.scalar(0.1)),
    );
  const y = rewrite({ y: ops.concat([moved(0, 2), moved(2, 5)], 0) }, SIMPLIFY).y!;
  expect(opNames(y)).toEqual(["add", "concat", "mul", "mul"]);
});

test("the step at a threshold is sharp on both sides", async () => {
  const x = ops.input("x", [4]);
  const session = await createSession(compile({ above: ops.step(x, 6), below: ops.step(x, 6, true) }));
  const data = Float32Array.of(0, 5.999999, 6, 6.000001);
  const { above, below } = await session.run({ x: { data, shape: [4] } });
  await session.release();
  expect([...(above!.data as Float32Array)]).toEqual([0, 0, 0, 1]);
  expect([...(below!.data as Float32Array)]).toEqual([1, 1, 0, 0]);
});
