/**
 * Prints how often 95 % limits hold, for shares from .5 to .99, as docs/evaluation.md has it:
 *
 *   npx tsx scripts/coverage.ts [draws]
 *
 * Of one share (recall of one class, accuracy of five) the chances are added up; of balanced accuracy draws are counted.
 */
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { meanOfShares } from "leukogram/metrics/groupedShare";
import { clopperPearson, type Limits, midP, wilson } from "leukogram/metrics/proportion";
import { textTable } from "leukogram/report/textTable";

const SIZES = [2, 4, 8, 20, 100];
const CLASSES = 5;
const SHARES = Array.from({ length: 50 }, (_, i) => 0.5 + i / 100);
const draws = Number(process.argv[2] ?? 4000);

type Method = (count: number, of: number) => Limits;

const holds = ({ low, high }: Limits, share: number) => low <= share && share <= high;

// The chance that the limits of a share hold it.
function coverage(limits: readonly Limits[], of: number, share: number): number {
  // By logarithms, as the chance of no success at all is too small for a number.
  let chance = of * Math.log1p(-share);
  let sum = 0;
  for (const [count, own] of limits.entries()) {
    if (holds(own, share)) sum += Math.exp(chance);
    chance += Math.log(((of - count) / (count + 1)) * (share / (1 - share)));
  }
  return sum;
}

function oneShare(name: string, method: Method): string[][] {
  return [...SIZES, ...SIZES.map((size) => CLASSES * size)].map((of, i) => {
    const limits = Array.from({ length: of + 1 }, (_, count) => method(count, of));
    const held = SHARES.map((share) => coverage(limits, of, share));
    const wider = limits.filter(({ low, high }, count) => {
      const exact = clopperPearson(count, of);
      return high - low > exact.high - exact.low + 1e-9;
    });
    const points = limits.filter(({ low, high }) => low === high);
    const what = i < SIZES.length ? "recall" : "accuracy";
    return [name, what, String(of), ...percents(held), String(wider.length), String(points.length)];
  });
}

/** True recalls of the classes where their mean is `share`. */
const SPREADS: Readonly<Record<string, (share: number, k: number) => number>> = {
  alike: (share) => share,
  "one worse": (share, k) =>
    k === 0 ? Math.max(0, share - 4 * Math.min(0.1, 1 - share)) : share + Math.min(0.1, 1 - share),
};

function balanced(spread: string, size: number): string[] {
  const rng = new Rng(0).fork(spread).fork(size);
  const recalls: Estimate[] = Array.from({ length: size + 1 }, (_, count) => ({
    value: count / size,
    ...midP(count, size),
  }));
  const held = SHARES.map((share) => {
    const own = Array.from({ length: CLASSES }, (_, k) => SPREADS[spread]!(share, k));
    const mean = own.reduce((sum, p) => sum + p, 0) / CLASSES;
    let count = 0;
    for (let draw = 0; draw < draws; draw++) {
      const seen = own.map((p) => {
        let hits = 0;
        for (let i = 0; i < size; i++) if (rng.uniform(0, 1) < p) hits++;
        return recalls[hits]!;
      });
      if (holds(meanOfShares(seen), mean)) count++;
    }
    return count / draws;
  });
  return [`balanced accuracy, classes ${spread}`, String(size), ...percents(held)];
}

function percents(held: readonly number[]): string[] {
  const mean = held.reduce((sum, one) => sum + one, 0) / held.length;
  return [mean, Math.min(...held)].map((one) => (100 * one).toFixed(1));
}

console.log(
  textTable([
    ["Limits", "of", "images", "mean, %", "least, %", "wider than exact", "points"],
    ...oneShare("mid-P", midP),
    ...oneShare("Clopper-Pearson", clopperPearson),
    ...oneShare("Wilson", wilson),
  ]),
);
console.log(
  textTable([
    ["Limits of", "images a class", "mean, %", "least, %"],
    ...Object.keys(SPREADS).flatMap((spread) => SIZES.map((size) => balanced(spread, size))),
  ]),
);
