import { Rng } from "@leukogram/engine/core/rng";
import { numElements } from "@leukogram/engine/core/shape";
import { gradients } from "@leukogram/engine/graph/autodiff";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Value } from "@leukogram/engine/runtime/session";
import { expect } from "vitest";
import { relativeError } from "../support/graph.ts";

/** An op, as a function of its float32 inputs, and what to check it on. */
export interface GradientCase {
  readonly shapes: readonly (readonly number[])[];
  readonly apply: (inputs: readonly Tensor[]) => Tensor;
  /** The inputs' entries, entry by entry; default: normal. */
  readonly draw?: (rng: Rng) => number;
  /** Largest difference allowed, over the largest gradient. */
  readonly limit?: number;
}

/** The offsets and weights of a central difference of fourth order (Fornberg 1988). */
const STENCIL = [
  [-2, 1 / 12],
  [-1, -2 / 3],
  [1, 2 / 3],
  [2, -1 / 12],
] as const;
const STEP = 0.01;

/** Expects the gradient of every input of an op to be what differences of its outputs say. */
export async function expectNumericGradient(name: string, options: GradientCase): Promise<void> {
  const { shapes, apply, draw = (rng) => rng.normal(), limit = 1e-3 } = options;
  const rng = new Rng(name);
  const values = shapes.map((shape) => Float32Array.from({ length: numElements(shape) }, () => draw(rng)));
  const inputs = shapes.map((shape, i) => ops.input(`x${i}`, shape));
  const y = apply(inputs);
  const cotangent = Float32Array.from({ length: numElements(y.shape) }, () => rng.normal());
  const loss = ops.reduceSum(ops.mul(y, ops.constant(cotangent, y.shape as number[])), [...y.shape.keys()]);
  const found = gradients(loss, inputs);
  const session = await createSession(compile({ y, ...Object.fromEntries(found.map((dx, i) => [`dx${i}`, dx])) }));
  const run = () =>
    session.run(Object.fromEntries(values.map((data, i) => [`x${i}`, { data, shape: shapes[i]! } satisfies Value])));
  const exact = await run();
  // Sums are taken here, in float64.
  const dot = (data: ArrayLike<number | bigint>) => cotangent.reduce((sum, c, i) => sum + c * Number(data[i]), 0);
  for (const [i, value] of values.entries()) {
    const numeric = new Float64Array(value.length);
    for (let at = 0; at < value.length; at++) {
      const before = value[at]!;
      for (const [offset, weight] of STENCIL) {
        value[at] = before + offset * STEP;
        numeric[at]! += (weight * dot((await run()).y!.data)) / STEP;
      }
      value[at] = before;
    }
    expect(exact[`dx${i}`]!.shape).toEqual(shapes[i]);
    expect(relativeError(exact[`dx${i}`]!.data as Float32Array, numeric), `input ${i}`).toBeLessThan(limit);
  }
  await session.release();
}
