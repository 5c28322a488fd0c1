import type { Estimate } from "../core/estimate.ts";
import { studentQuantile } from "../metrics/distributions.ts";
import { isKnown } from "./format.ts";

/**
 * The mean of shares over seeds with its 95 % t interval, cut to [0, 1]; undefined without at least two values, for one
 * says nothing of spread.
 *
 * @example
 * seedMean([0.96, 0.97, 0.98]); // value 0.97, low 0.945, high 0.995
 */
export function seedMean(values: readonly number[]): Estimate | undefined {
  const known = values.filter(isKnown);
  const n = known.length;
  if (n < 2) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return { value: mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}
