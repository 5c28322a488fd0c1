import type { Estimate } from "@leukogram/engine/core/estimate";
import { summariseSeeds } from "../evaluation/seeds.ts";
import { isKnown } from "./text/format.ts";

/**
 * The mean of shares over seeds with its 95 % t interval, cut to [0, 1]; undefined without at least two values, for one
 * says nothing of spread.
 *
 * @example
 * seedMean([0.96, 0.97, 0.98]); // value 0.97, low 0.945, high 0.995
 */
export function seedMean(values: readonly number[]): Estimate | undefined {
  const known = values.filter(isKnown);
  if (known.length < 2) return undefined;
  const { mean, low, high } = summariseSeeds(known);
  return { value: mean, low: Math.max(0, low!), high: Math.min(1, high!) };
}
