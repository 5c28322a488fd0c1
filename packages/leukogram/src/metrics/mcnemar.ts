import { LeukogramError } from "@leukogram/engine/core/errors";
import { binomialCdf, chiSquaredSurvival } from "./limits/distributions.ts";

/** Images that only one of two models got right. */
export interface Discordant {
  readonly firstOnly: number;
  readonly secondOnly: number;
}

/**
 * Two-sided p of McNemar's exact test: how often a fair coin would part the discordant images as unevenly.
 *
 * The images must be independent. 1 without discordant images.
 * Source: McNemar 1947; statsmodels `mcnemar(exact=True)`.
 *
 * @throws LeukogramError ERR_DATA if a count is no whole number of 0 or more.
 */
export function mcnemarExact({ firstOnly, secondOnly }: Discordant): number {
  requireCounts("mcnemarExact", firstOnly, secondOnly);
  const trials = firstOnly + secondOnly;
  return Math.min(1, 2 * binomialCdf(Math.min(firstOnly, secondOnly), { trials, p: 0.5 }));
}

/** A test statistic and its p. */
export interface TestResult {
  readonly statistic: number;
  readonly p: number;
}

/**
 * McNemar's test by chi-squared with one degree of freedom and Edwards's continuity correction.
 *
 * Source: Edwards 1948; statsmodels `mcnemar(exact=False, correction=True)`, save that equal counts give p = 1, as in
 * R's `mcnemar.test`, where statsmodels corrects past 0.
 *
 * @throws LeukogramError ERR_DATA if a count is no whole number of 0 or more.
 */
export function mcnemarChiSquared({ firstOnly, secondOnly }: Discordant): TestResult {
  requireCounts("mcnemarChiSquared", firstOnly, secondOnly);
  const excess = Math.max(0, Math.abs(firstOnly - secondOnly) - 1);
  const statistic = excess === 0 ? 0 : excess ** 2 / (firstOnly + secondOnly);
  return { statistic, p: chiSquaredSurvival(statistic) };
}

function requireCounts(where: string, firstOnly: number, secondOnly: number): void {
  if ([firstOnly, secondOnly].every((count) => Number.isInteger(count) && count >= 0)) return;
  throw new LeukogramError("ERR_DATA", `${where}: expected counts of images, received ${firstOnly} and ${secondOnly}`);
}
