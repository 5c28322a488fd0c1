import { toOnnx } from "@leukogram/engine/graph/onnx/toOnnx";
import * as ops from "@leukogram/engine/graph/ops/index";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";

const value = (...numbers: number[]) => ({ data: Float32Array.from(numbers), shape: [numbers.length] });
const numbers = (result: { data: ArrayLike<number | bigint> } | undefined) => Array.from(result!.data, Number);

describe("toOnnx", () => {
  test("gives one tensor under two names", async () => {
    const y = ops.neg(ops.input("x", [2]));
    const session = await createSession(toOnnx({ first: y, second: y, after: ops.exp(y) }));
    const results = await session.run({ x: value(0, 1) });
    expect(numbers(results.first)).toEqual([-0, -1]);
    expect(numbers(results.second)).toEqual([-0, -1]);
    await session.release();
  });

  test("gives an input and a constant back as outputs", async () => {
    const x = ops.input("x", [2]);
    const session = await createSession(toOnnx({ same: x, fixed: ops.full([2], 3), both: x }));
    const results = await session.run({ x: value(4, 5) });
    expect(numbers(results.same)).toEqual([4, 5]);
    expect(numbers(results.both)).toEqual([4, 5]);
    expect(numbers(results.fixed)).toEqual([3, 3]);
    await session.release();
  });

  test("keeps outputs apart from nodes whose names look the same", async () => {
    const x = ops.input("neg_0", [1]);
    const session = await createSession(toOnnx({ neg_1: ops.exp(ops.neg(x)), exp_1: ops.neg(ops.neg(x)) }));
    const results = await session.run({ neg_0: value(0) });
    expect(numbers(results.neg_1)).toEqual([1]);
    expect(numbers(results.exp_1)).toEqual([0]);
    await session.release();
  });

  test("writes every type and keeps sizes that are known only later", async () => {
    const pixels = ops.input("pixels", ["batch", 2], "uint8");
    const labels = ops.input("labels", ["batch", 1], "int32");
    const outputs = {
      real: ops.cast(pixels, "float32"),
      whole: ops.cast(labels, "int64"),
      same: ops.equal(labels, ops.constant(Int32Array.of(1, 2), [1, 2])),
      longs: ops.constant(BigInt64Array.of(-1n, 2n ** 40n), [2]),
    };
    const session = await createSession(toOnnx(outputs));
    expect(session.inputs).toEqual([
      { name: "pixels", shape: [-1, 2] },
      { name: "labels", shape: [-1, 1] },
    ]);
    const results = await session.run({
      pixels: { data: Uint8Array.of(0, 255, 7, 8), shape: [2, 2] },
      labels: { data: Int32Array.of(1, 2), shape: [2, 1] },
    });
    expect(numbers(results.real)).toEqual([0, 255, 7, 8]);
    expect(numbers(results.whole)).toEqual([1, 2]);
    expect(numbers(results.same)).toEqual([1, 0, 0, 1]);
    expect(results.longs!.data).toEqual(BigInt64Array.of(-1n, 2n ** 40n));
    await session.release();
  });

  test("takes inputs of one name and type as one", async () => {
    const y = ops.add(ops.input("x", [1]), ops.input("x", [1]));
    const session = await createSession(toOnnx({ y }));
    expect(session.inputs).toHaveLength(1);
    expect(numbers((await session.run({ x: value(2) })).y)).toEqual([4]);
    await session.release();
  });

  test("refuses inputs of one name that differ", () => {
    const y = ops.add(ops.input("x", [1]), ops.input("x", []));
    expect(() => toOnnx({ y })).toThrow('ERR_SHAPE graph: two different inputs are named "x"');
  });

  test("refuses an output with the name of an input", () => {
    expect(() => toOnnx({ x: ops.neg(ops.input("x", [1])) })).toThrow(
      'ERR_SHAPE graph: "x" names both an input and an output',
    );
  });

  test("refuses an op that is still to be lowered", () => {
    const y = ops.channelAffine(ops.input("x", [1, 2]), ops.full([2], 1), ops.full([2], 0));
    expect(() => toOnnx({ y })).toThrow("ERR_RUNTIME graph: channelAffine has no ONNX form; lower the graph first");
  });

  test("gives the same bytes for the same graph", () => {
    const bytes = () => toOnnx({ y: ops.clip(ops.input("x", [2]), 0, 6) }, { name: "n", metadata: { a: "1", b: "2" } });
    expect(bytes()).toEqual(bytes());
  });
});
