import { LeukogramError } from "../core/errors.ts";
import { betaQuantile, normalQuantile } from "./distributions.ts";

/** Lower and upper limit of a share, in [0, 1]. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact limits of a share: they hold it at least as often as `confidence` says, whatever it is.
 *
 * Source: Clopper and Pearson 1934; statsmodels `proportion_confint(method="beta")`.
 *
 * @param count successes, 0 to `of`.
 * @param of trials; with 0 trials the limits are 0 and 1.
 * @throws LeukogramError ERR_DATA if the counts are no whole numbers with 0 <= count <= of.
 */
export function clopperPearson(count: number, of: number, { confidence = 0.95 } = {}): Limits {
  requireCounts("clopperPearson", count, of);
  const tail = (1 - confidence) / 2;
  return {
    low: count === 0 ? 0 : betaQuantile(tail, { a: count, b: of - count + 1 }),
    high: count === of ? 1 : 1 - betaQuantile(tail, { a: of - count, b: count + 1 }),
  };
}

/**
 * Score limits of a share: narrower than the exact ones, right on average.
 *
 * Source: Wilson 1927; statsmodels `proportion_confint(method="wilson")`.
 *
 * @param count successes, 0 to `of`.
 * @param of trials; with 0 trials the limits are 0 and 1.
 * @throws LeukogramError ERR_DATA if the counts are no whole numbers with 0 <= count <= of.
 */
export function wilson(count: number, of: number, { confidence = 0.95 } = {}): Limits {
  requireCounts("wilson", count, of);
  if (of === 0) return { low: 0, high: 1 };
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const share = count / of;
  const centre = share + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return {
    low: count === 0 ? 0 : (centre - spread) / scale,
    high: count === of ? 1 : (centre + spread) / scale,
  };
}

function requireCounts(where: string, count: number, of: number): void {
  if (Number.isInteger(count) && Number.isInteger(of) && count >= 0 && count <= of) return;
  throw new LeukogramError("ERR_DATA", `${where}: expected whole numbers 0 <= count <= of, received ${count} of ${of}`);
}
