import { gradients } from "@leukogram/engine/graph/autodiff";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { describe, expect, test } from "vitest";
import { runGraph } from "../support/graph.ts";

const vector = (...values: number[]) => ops.constant(Float32Array.from(values), [values.length]);
const total = (x: Tensor) => ops.reduceSum(x, [...x.shape.keys()]);

/** The gradient of the sum of `op` at fixed entries. */
async function slope(op: (x: Tensor) => Tensor, values: readonly number[], shape = [values.length]): Promise<number[]> {
  const x = ops.input("x", shape);
  const { dx } = await runGraph(
    { dx: gradients(total(op(x)), [x])[0]! },
    { x: { data: Float32Array.from(values), shape } },
  );
  return [...dx!];
}

describe("gradients", () => {
  test("add up over every way from a source to the loss", async () => {
    // x + x^2 + x^3 at 2: 1 + 4 + 12
    const op = (x: Tensor) => ops.add(ops.add(x, ops.mul(x, x)), ops.mul(x, ops.mul(x, x)));
    expect(await slope(op, [2])).toEqual([17]);
  });

  test("reach a source that follows from another source", async () => {
    const x = ops.input("x", [1]);
    const y = ops.mul(x, x);
    const [dx, dy] = gradients(total(ops.mul(y, y)), [x, y]) as [Tensor, Tensor];
    const found = await runGraph({ dx, dy }, { x: { data: Float32Array.of(3), shape: [1] } });
    expect([...found.dx!, ...found.dy!]).toEqual([108, 18]); // 4 x^3, 2 y
  });

  test("of gradients are second derivatives", async () => {
    const x = ops.input("x", [2]);
    const first = gradients(total(ops.mul(x, ops.mul(x, x))), [x])[0]!;
    const second = gradients(total(first), [x])[0]!;
    const { d2 } = await runGraph({ d2: second }, { x: { data: Float32Array.of(2, -1), shape: [2] } });
    expect([...d2!]).toEqual([12, -6]);
  });

  test("are shared by equal largest entries, as in TensorFlow", async () => {
    expect(await slope((x) => ops.reduceMax(x, [1]), [3, 1, 3, 2, 2, 2], [2, 3])).toEqual([
      0.5,
      0,
      0.5,
      ...[1, 1, 1].map((one) => Math.fround(one / 3)),
    ]);
  });

  test("go to the first of equal entries of a pooling window, as in TensorFlow", async () => {
    const pool = (x: Tensor) => ops.maxPool(x, { poolSize: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });
    expect(await slope(pool, [1, 5, 5, 5, 7, 7, 7, 7], [1, 2, 2, 2])).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
  });

  test("of a ReLU are 0 at 0", async () => {
    expect(await slope(ops.relu, [-1, 0, 1e-20, 2])).toEqual([0, 0, 1, 1]);
  });

  test("through steps, signs and casts are zero, not missing", async () => {
    expect(await slope((x) => ops.mul(x, ops.step(x)), [2, -2])).toEqual([1, 0]);
    expect(await slope((x) => ops.sign(x), [2, -2])).toEqual([0, 0]);
    expect(await slope((x) => ops.cast(ops.cast(x, "int32"), "float32"), [2.5])).toEqual([0]);
  });

  test("of an op that has none are refused by the op's name", () => {
    const x = ops.input("x", [1, 4]);
    expect(() => gradients(total(ops.kthLargest(x, 2)), [x])).toThrow(
      "ERR_RUNTIME autodiff: kthLargest has no gradient",
    );
  });

  test("pass by an op without gradient that no source goes through", () => {
    const x = ops.input("x", [2]);
    const chosen = ops.gather(ops.input("other", [4]), 0, Int32Array.of(1, 2));
    expect(gradients(total(ops.mul(x, chosen)), [x])[0]!.shape).toEqual([2]);
  });

  test("by something that the loss does not depend on are refused", () => {
    const x = ops.input("x", [2]);
    expect(() => gradients(total(ops.mul(x, vector(1, 2))), [x, ops.input("y", [2])])).toThrow(
      "ERR_RUNTIME autodiff: the loss does not depend on a source",
    );
  });

  test("survive ten thousand ops behind each other", () => {
    const x = ops.input("x", []);
    let y: Tensor = x;
    for (let i = 0; i < 10_000; i++) y = ops.add(y, ops.scalar(1));
    expect(gradients(y, [x])[0]!.shape).toEqual([]);
  });
});
