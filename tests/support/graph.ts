import { compile } from "@leukogram/engine/graph/compile";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Value } from "@leukogram/engine/runtime/session";

/** Compiles a graph, runs it once, and returns the outputs as float arrays. */
export async function runGraph(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, Value>> = {},
): Promise<Record<string, Float32Array>> {
  const session = await createSession(compile(outputs));
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

/** Largest difference of two arrays, over the largest entry of the second. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [error, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / (largest || 1);
}
