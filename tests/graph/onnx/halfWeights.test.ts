import { Rng } from "@leukogram/engine/core/rng";
import { compile } from "@leukogram/engine/graph/compile";
import { fromHalf, toHalf } from "@leukogram/engine/graph/onnx/half";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import * as ops from "@leukogram/engine/graph/ops/index";
import { createSession } from "@leukogram/engine/runtime/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("toHalf", () => {
  test("gives the known bits, ties to even, subnormal numbers and zeros of both signs included", () => {
    const known: readonly (readonly [number, number])[] = [
      [0, 0],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000],
      [3 * 2 ** -25, 0x0002],
      [2 ** -25 * 1.01, 0x0001],
      [2 ** -30, 0x0000],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [2 - 2 ** -12, 0x4000],
      [2 ** -14 - 2 ** -26, 0x0400],
    ];
    expect([...toHalf(Float32Array.from(known, ([value]) => value))!]).toEqual(known.map(([, bits]) => bits));
  });

  test("is within half a unit of the last place", () => {
    const value = fc.double({ min: -65504, max: 65504, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(value, (number) => {
        const [bits] = toHalf(Float32Array.of(number))!;
        const unit = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(number) || 1e-9)) - 10);
        expect(Math.abs(fromHalf(bits!) - number)).toBeLessThanOrEqual(unit / 2);
      }),
      { seed: 0 },
    );
  });

  test("keeps the sum of each run within a rounding, and no other run's", () => {
    const values = Float32Array.from({ length: 300 }, (_, i) => 1 + 2 ** -12 + (i % 7) * 2 ** -20);
    const sums = (run: number) => {
      const half = [...toHalf(values, run)!].map(fromHalf);
      const sum = (all: Iterable<number>) => [...all].reduce((total, value) => total + value, 0);
      return [0, 100, 200].map(
        (start) => sum(half.slice(start, start + 100)) - sum(values.subarray(start, start + 100)),
      );
    };
    for (const difference of sums(100)) expect(Math.abs(difference)).toBeLessThanOrEqual(2 ** -10);
    for (const difference of sums(1)) expect(difference).toBeLessThan(-0.02);
    expect(toHalf(values, 100)!.subarray(0, 100)).toEqual(toHalf(values.subarray(0, 100), 100));
  });

  test("gives nothing where a number is out of range", () => {
    for (const wrong of [65505, -1e6, Number.NaN, Number.POSITIVE_INFINITY])
      expect(toHalf(Float32Array.of(1, wrong))).toBeUndefined();
  });
});

describe("halfWeights", () => {
  const rng = new Rng(0);
  const values = (count: number, scale = 0.1) => Float32Array.from({ length: count }, () => rng.normal(0, scale));
  const graph = (kernel: Float32Array) => {
    const x = ops.input("x", ["batch", 3, 8, 8]);
    const y = ops.conv2d(x, ops.constant(kernel, [64, 3, 3, 3]), { strides: [1, 1], pads: [1, 1, 1, 1] });
    const scaled = ops.mul(y, ops.constant(values(64 * 64), [1, 64, 8, 8]));
    return compile({ y: scaled }, { name: "small", metadata: { classes: '["a"]' }, version: "9" });
  };
  const answer = async (bytes: Uint8Array) => {
    const session = await createSession(bytes, { threads: 1 });
    const data = Float32Array.from({ length: 2 * 3 * 64 }, (_, i) => Math.sin(i));
    const { y } = await session.run({ x: { data, shape: [2, 3, 8, 8] } });
    const { metadata } = session;
    await session.release();
    return { y: y!.data as Float32Array, metadata };
  };

  test("stores kernels in half the bytes, leaves other constants, and hardly changes the answer", async () => {
    const full = graph(values(64 * 27));
    const half = halfWeights(full);
    expect(full.length - half.length).toBeGreaterThan(0.9 * 2 * 64 * 27);
    expect(full.length - half.length).toBeLessThan(2 * 64 * 27);
    const [a, b] = [await answer(full), await answer(half)];
    expect(b.metadata).toEqual(a.metadata);
    const change = a.y.reduce((most, value, i) => Math.max(most, Math.abs(value - b.y[i]!)), 0);
    expect(change).toBeGreaterThan(0);
    expect(change).toBeLessThan(1e-3);
  });

  test("gives the same bytes again, and leaves weights out of range and what it has made alone", () => {
    const full = graph(values(64 * 27));
    expect(halfWeights(full)).toEqual(halfWeights(full));
    expect(halfWeights(halfWeights(full))).toEqual(halfWeights(full));
    const wide = graph(values(64 * 27, 1e6));
    expect(Uint8Array.from(halfWeights(wide))).toEqual(wide);
  });

  test("refuses what is no model", () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode("no model at all")])
      expect(() => halfWeights(bytes)).toThrow("ERR_FORMAT half precision: the bytes are not an ONNX model");
  });
});
