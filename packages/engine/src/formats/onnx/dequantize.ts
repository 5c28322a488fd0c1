import { frontAxis, type NodeFacts } from "./nodeFacts.ts";
import type { Value } from "./values.ts";

/**
 * Quantised weights as the real numbers that they stand for: (q - zero) * scale, with one scale, or one along an axis.
 *
 * @returns undefined if it is activations that are quantised.
 */
export function dequantized(facts: NodeFacts, [x, scale, zero]: readonly (Value | undefined)[]): Value | undefined {
  const whole = numbersOf(x);
  if (whole === undefined || scale?.kind !== "constant") return undefined;
  const zeros = zero === undefined ? undefined : numbersOf(zero)?.data;
  const count = scale.data.length;
  const axis = count === 1 ? 0 : frontAxis(facts.int("axis", 1), whole.shape.length, facts);
  if (count !== 1 && count !== whole.shape[axis]) throw facts.refuse("has scales of the wrong shape");
  const step = whole.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const data = Float32Array.from(whole.data, (value, i) => {
    const k = count === 1 ? 0 : Math.floor(i / step) % count;
    return (value - (zeros?.[k] ?? 0)) * scale.data[k]!;
  });
  return { kind: "constant", data, shape: whole.shape, isWeight: true };
}

function numbersOf(value: Value | undefined): { data: ArrayLike<number>; shape: readonly number[] } | undefined {
  if (value?.kind === "quantised") return value.tensor;
  if (value?.kind !== "host") return undefined;
  return { data: value.value.data as readonly number[], shape: value.value.shape };
}
