import { requireSomeNumbers } from "./checkInputs.ts";
import { normalSurvival } from "./limits/distributions.ts";
import type { TestResult } from "./mcnemar.ts";

/**
 * Wilcoxon's signed-rank test, two-sided, that `differences` (first less second, `[N]`) are spread evenly about 0.
 *
 * Differences of 0 are left out. p is exact up to N = 50 without ties or zeros, and up to N = 13 with them; beyond
 * that it is the normal approximation, corrected for ties and not for continuity. The statistic is the smaller rank
 * sum. p is 1 if every difference is 0.
 * Source: Wilcoxon 1945; SciPy 1.17 `wilcoxon` with its defaults.
 *
 * @throws LeukogramError ERR_SHAPE without differences, ERR_DATA if one is not finite.
 */
export function wilcoxonSignedRank(differences: readonly number[]): TestResult {
  requireSomeNumbers("wilcoxonSignedRank", differences);
  const nonzero = differences.filter((value) => value !== 0);
  const { doubledRanks, tieSizes } = rankMagnitudes(nonzero);
  const doubledPlus = doubledRanks.reduce((sum, rank, i) => (nonzero[i]! > 0 ? sum + rank : sum), 0);
  const doubledAll = nonzero.length * (nonzero.length + 1);
  const statistic = Math.min(doubledPlus, doubledAll - doubledPlus) / 2;
  const plain = nonzero.length === differences.length && tieSizes.every((size) => size === 1);
  if (nonzero.length === 0) return { statistic: 0, p: 1 };
  if (differences.length <= (plain ? 50 : 13)) return { statistic, p: exactP(doubledRanks, 2 * statistic) };
  return { statistic, p: normalP(nonzero.length, statistic, tieSizes) };
}

// Middle ranks are halves; doubled they are whole numbers and add up exactly.
function rankMagnitudes(values: readonly number[]): { doubledRanks: number[]; tieSizes: number[] } {
  const magnitudes = values.map(Math.abs);
  const rising = magnitudes.map((_, i) => i).sort((a, b) => magnitudes[a]! - magnitudes[b]!);
  const doubledRanks = new Array<number>(values.length);
  const tieSizes: number[] = [];
  for (let start = 0; start < rising.length; ) {
    let end = start + 1;
    while (end < rising.length && magnitudes[rising[end]!] === magnitudes[rising[start]!]) end++;
    for (let i = start; i < end; i++) doubledRanks[rising[i]!] = start + 1 + end;
    tieSizes.push(end - start);
    start = end;
  }
  return { doubledRanks, tieSizes };
}

// Counts, for every rank sum, the ways to give signs to the ranks that reach it; 2^50 ways are exact in a double.
function exactP(doubledRanks: readonly number[], doubledStatistic: number): number {
  const total = doubledRanks.reduce((sum, rank) => sum + rank, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const rank of doubledRanks) {
    for (let sum = total; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!;
  }
  let asExtreme = 0;
  for (let sum = 0; sum <= doubledStatistic; sum++) asExtreme += ways[sum]!;
  return Math.min(1, (2 * asExtreme) / 2 ** doubledRanks.length);
}

function normalP(count: number, statistic: number, tieSizes: readonly number[]): number {
  const middle = (count * (count + 1)) / 4;
  const ties = tieSizes.reduce((sum, size) => sum + size ** 3 - size, 0);
  const deviation = Math.sqrt((count * (count + 1) * (2 * count + 1) - ties / 2) / 24);
  return Math.min(1, 2 * normalSurvival(Math.abs(statistic - middle) / deviation));
}
