import type { Estimate } from "../core/estimate.ts";
import { isKnown } from "./format.ts";

// The 97.5 % points of Student's t for 1 to 30 degrees of freedom (R: qt(0.975, 1:30)).
const T_975 = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];

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
  const half = tQuantile(n - 1) * Math.sqrt(variance / n);
  return { value: mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

// Above 30 degrees of freedom the first two terms of Cornish and Fisher's expansion are right to 4 digits.
function tQuantile(freedom: number): number {
  const z = 1.959964;
  return (
    T_975[freedom - 1] ?? z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  );
}
