/**
 * Prints how often 95 % limits hold, for shares from .5 to .99, as docs/measurements/evaluation.md has it:
 *
 *   npx tsx scripts/coverage.ts [draws]
 *
 * Of one share (recall of one class, accuracy of five) the chances are added up; of balanced accuracy draws are counted,
 * and so, a fifth as many, of what evaluate and compare say of models of five skills (accuracy .43 to 1.00).
 */
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { comparePredictions } from "leukogram/evaluation/compare";
import { judgeConfidence } from "leukogram/evaluation/confidence/confidence";
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import type { Predictions } from "leukogram/evaluation/types";
import { meanOfShares, type Share } from "leukogram/metrics/limits/groupedShare";
import { clopperPearson, type Limits, midP, wilson } from "leukogram/metrics/limits/proportion";
import { textTable } from "leukogram/report/text/textTable";

const SIZES = [2, 4, 8, 20, 100];
const CLASSES = 5;
const SHARES = Array.from({ length: 50 }, (_, i) => 0.5 + i / 100);
const draws = Number(process.argv[2] ?? 1000);

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
  const recalls: Share[] = Array.from({ length: size + 1 }, (_, count) => ({ value: count / size, of: size }));
  // Limits do not depend on the order of the classes.
  const known = new Map<string, Limits>();
  const limitsOf = (seen: readonly Share[]) => {
    const key = seen
      .map(({ value }) => value)
      .sort()
      .join();
    if (!known.has(key)) known.set(key, meanOfShares(seen));
    return known.get(key)!;
  };
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
      if (holds(limitsOf(seen), mean)) count++;
    }
    return count / draws;
  });
  return [`balanced accuracy, classes ${spread}`, String(size), ...percents(held)];
}

function percents(held: readonly number[]): string[] {
  const mean = held.reduce((sum, one) => sum + one, 0) / held.length;
  return [mean, Math.min(...held)].map((one) => (100 * one).toFixed(1));
}

const SKILLS = [0.7, 1.25, 2.1, 2.9, 3.75];
const FIGURES = ["macroF1", "kappa", "matthews", "macroRocAuc", "logLoss"] as const;

function modelOf(rng: Rng, size: number, skill: number): Predictions {
  const classes = Array.from({ length: CLASSES }, (_, k) => String(k));
  const rows = classes.flatMap((_, label) =>
    Array.from({ length: size }, (__, i) => {
      const powers = classes.map((___, k) => Math.exp(1.2 * rng.normal(k === label ? skill : 0)));
      const sum = powers.reduce((a, b) => a + b);
      const file = `${label}-${i}`;
      return { file, label, group: file, probabilities: powers.map((power) => power / sum) };
    }),
  );
  return { classes, rows };
}

// Figures of so many images count as the true ones.
const TRUTHS = new Map(SKILLS.map((skill) => [skill, judged(new Rng("truth"), 6_000, skill, 1)]));

// What is judged of two models of the same skill less a quarter of one, each with its limits.
function judged(rng: Rng, size: number, skill: number, resamples: number): Estimate[] {
  const [first, second] = [modelOf(rng.fork(1), size, skill), modelOf(rng.fork(2), size, skill - 0.25)];
  const evaluation = evaluatePredictions(first, { resamples });
  const pair = [
    { name: "first", predictions: first },
    { name: "second", predictions: second },
  ];
  const [compared] = comparePredictions(pair, { resamples });
  const { accuracyDifference, balancedAccuracyDifference } = compared!;
  const { f1, rocAuc } = evaluation.perClass[0]!;
  const { brier, riskCoverageArea } = judgeConfidence(first, { resamples });
  return [
    ...FIGURES.map((name) => evaluation[name]!),
    brier,
    riskCoverageArea,
    f1,
    rocAuc!,
    accuracyDifference,
    balancedAccuracyDifference,
  ];
}

function figures(size: number): string[] {
  const held = SKILLS.map((skill) => {
    const truths = TRUTHS.get(skill)!;
    const counts = truths.map(() => 0);
    const times = Math.ceil(draws / 5);
    for (let draw = 0; draw < times; draw++)
      for (const [f, own] of judged(new Rng(draw).fork(size), size, skill, 200).entries())
        if (Number.isNaN(own.low)) counts[f] = Number.NaN;
        else if (holds(own, truths[f]!.value)) counts[f]! += 1 / times;
    return counts;
  });
  return [
    String(size),
    ...held[0]!.map((_, f) => {
      const own = held.map((counts) => counts[f]!);
      // Log loss has no limits where images are few.
      return own.some(Number.isNaN) ? "none" : percents(own).join(", ");
    }),
  ];
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
console.log(
  textTable([
    [
      "images a class",
      ...FIGURES,
      "brier",
      "riskCoverageArea",
      "f1",
      "rocAuc",
      "accuracy difference",
      "balanced difference",
    ],
    ...SIZES.slice(0, 4).map(figures),
  ]),
);
