import { LeukogramError } from "@leukogram/engine/core/errors";
import { studentQuantile } from "../metrics/limits/distributions.ts";
import { mean } from "../metrics/pairwiseSum.ts";

/** One figure over several seeds. */
export interface SeedSummary {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (divisor n - 1); undefined for one seed. */
  readonly sd: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Lower 95 % limit of the mean over seeds; undefined for one seed. */
  readonly low: number | undefined;
  /** Upper 95 % limit of the mean over seeds; undefined for one seed. */
  readonly high: number | undefined;
}

/**
 * Mean, spread and Student's 95 % interval of the mean of one figure over seeds.
 *
 * The interval is of repeated training on the same data; it says nothing of other images. Source: Student 1908.
 *
 * @throws LeukogramError ERR_DATA without values or if one is not finite.
 */
export function summariseSeeds(values: readonly number[]): SeedSummary {
  const odd = values.find((value) => !Number.isFinite(value));
  if (values.length === 0 || odd !== undefined) {
    const received = values.length === 0 ? "none" : odd;
    throw new LeukogramError("ERR_DATA", `summariseSeeds: expected one finite value per seed, received ${received}`);
  }
  const count = values.length;
  const centre = mean(values);
  const range = { min: Math.min(...values), max: Math.max(...values) };
  if (count === 1) return { count, mean: centre, sd: undefined, ...range, low: undefined, high: undefined };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1));
  const half = (studentQuantile(0.975, count - 1) * sd) / Math.sqrt(count);
  return { count, mean: centre, sd, ...range, low: centre - half, high: centre + half };
}
