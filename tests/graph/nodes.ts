import { Rng } from "@leukogram/engine/core/rng";
import { numElements } from "@leukogram/engine/core/shape";
import { type Tensor, topologicalOrder } from "@leukogram/engine/graph/tensor";
import type { Value } from "@leukogram/engine/runtime/session";

/** The names of the ops that outputs follow from, sorted; inputs and constants left out. */
export function opNames(...outputs: readonly Tensor[]): string[] {
  const names = topologicalOrder(outputs).map(({ op }) => op.name);
  return names.filter((name) => name !== "input" && name !== "constant").sort();
}

/** Normal numbers for an input. */
export function normal(name: string, shape: readonly number[]): Value {
  const rng = new Rng(name);
  return { data: Float32Array.from({ length: numElements(shape) }, () => rng.normal()), shape };
}

/** Normal numbers for every float32 input that outputs follow from. */
export function feedsFor(...outputs: readonly Tensor[]): Record<string, Value> {
  const inputs = topologicalOrder(outputs).filter(({ op }) => op.name === "input");
  return Object.fromEntries(
    inputs.map(({ attributes, shape }) => {
      const name = attributes.name as string;
      return [name, normal(name, shape as number[])];
    }),
  );
}
