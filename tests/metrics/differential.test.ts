import { Rng } from "@leukogram/engine/core/rng";
import { countedShares, differentialCount } from "leukogram/metrics/differential";
import { clopperPearson } from "leukogram/metrics/limits/proportion";
import { describe, expect, test } from "vitest";

/** How many of `trials` fall into each class. */
function multinomial(rng: Rng, trials: number, shares: readonly number[]): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < trials; i++) {
    let k = 0;
    for (let left = rng.uniform() - shares[0]!; left >= 0 && k < shares.length - 1; k++) left -= shares[k + 1]!;
    counts[k]!++;
  }
  return counts;
}

const BLOOD = [0.005, 0.03, 0.3, 0.06, 0.605];
const RIGHT = [0.9, 0.85, 0.93, 0.85, 0.95];
const MODEL = RIGHT.map((right, k) => RIGHT.map((_, j) => (j === k ? right : (1 - right) / 4)));

/** A smear of 200 cells and 60 labelled cells of each class, both as the model sees them. */
function draw(rng: Rng) {
  const cells = multinomial(rng, 200, BLOOD);
  const seen = cells.map((count, k) => multinomial(rng, count, MODEL[k]!));
  return {
    counts: BLOOD.map((_, j) => seen.reduce((sum, row) => sum + row[j]!, 0)),
    confusion: MODEL.map((row) => multinomial(rng, 60, row)),
  };
}

describe("differentialCount", () => {
  test("counts with exact limits", () => {
    const [basophil, neutrophil] = differentialCount([2, 98]);
    expect(basophil).toEqual({ count: 2, counted: { value: 0.02, ...clopperPearson(2, 100) }, corrected: undefined });
    expect(neutrophil!.counted.value).toBe(0.98);
    expect(basophil!.counted.high).toBeCloseTo(0.0704, 4); // statsmodels' proportion_confint(2, 100, method="beta")
  });

  test("finds the shares behind what a model confuses", () => {
    const confusion = [
      [900, 100],
      [200, 800],
    ];
    // 30 % and 70 % of 10,000 cells, as such a model sees them.
    const [first, second] = differentialCount([4100, 5900], { confusion, draws: 200 });
    expect(first!.corrected!.value).toBeCloseTo(0.3, 2);
    expect(second!.corrected!.value).toBeCloseTo(0.7, 2);
    expect(first!.counted.value).toBe(0.41);
  });

  test("has limits that hold the true shares 93 to 97 times of 100, and the uncorrected ones do not", {
    timeout: 400_000,
  }, () => {
    const rng = new Rng(11);
    const held = { corrected: BLOOD.map(() => 0), counted: BLOOD.map(() => 0) };
    const trials = 1000;
    for (let i = 0; i < trials; i++) {
      const { counts, confusion } = draw(rng);
      for (const [k, row] of differentialCount(counts, { confusion, draws: 200, seed: i }).entries())
        for (const kind of ["corrected", "counted"] as const) {
          const { low, high } = row[kind]!;
          if (low <= BLOOD[k]! && BLOOD[k]! <= high) held[kind][k]!++;
        }
    }
    for (const count of held.corrected) {
      expect(count / trials).toBeGreaterThanOrEqual(0.93);
      expect(count / trials).toBeLessThanOrEqual(0.97);
    }
    // A tenth of all other cells taken for basophils and eosinophils is not in the limits of a plain count.
    expect(held.counted[0]! / trials).toBeLessThan(0.5);
  });

  test("has exact limits that hold the true share at least 95 times of 100", () => {
    const rng = new Rng(12);
    let held = 0;
    for (let i = 0; i < 1000; i++) {
      const { low, high } = differentialCount(multinomial(rng, 100, BLOOD))[3]!.counted;
      if (low <= 0.06 && 0.06 <= high) held++;
    }
    expect(held).toBeGreaterThanOrEqual(940);
  });

  test("gives the same limits for the same seed", () => {
    const input = draw(new Rng(1));
    const count = (seed: number) => differentialCount(input.counts, { confusion: input.confusion, seed, draws: 100 });
    expect(count(3)).toEqual(count(3));
    expect(count(4)).not.toEqual(count(3));
  });

  test("refuses what can't be counted", () => {
    expect(() => differentialCount([0, 0])).toThrow(
      "ERR_DATA differentialCount: expected cells, received the counts 0, 0",
    );
    expect(() => differentialCount([1.5, 2])).toThrow("ERR_DATA");
    expect(() =>
      differentialCount([1, 2], {
        confusion: [
          [0, 0],
          [1, 3],
        ],
      }),
    ).toThrow("ERR_DATA differentialCount: the confusion matrix needs cells of every class");
    expect(() => differentialCount([1, 2], { confusion: [[1, 3]] })).toThrow("ERR_SHAPE");
  });
});

describe("Rng", () => {
  test("draws gamma variables with the right mean and variance", () => {
    const rng = new Rng(5);
    for (const shape of [0.2, 1, 7.5]) {
      const drawn = Array.from({ length: 20_000 }, () => rng.gamma(shape));
      const mean = drawn.reduce((a, b) => a + b) / drawn.length;
      const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
      // Both are the shape; five standard errors.
      expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / drawn.length));
      expect(Math.abs(variance - shape)).toBeLessThan(5 * Math.sqrt((2 * shape ** 2 + 6 * shape) / drawn.length));
    }
  });

  test("draws Dirichlet shares that sum to 1, with the right means", () => {
    const rng = new Rng(6);
    const weights = [0.5, 3, 6.5];
    const sums = weights.map(() => 0);
    for (let i = 0; i < 5000; i++) {
      const shares = rng.dirichlet(weights);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      for (const [k, share] of shares.entries()) sums[k]! += share / 5000;
    }
    for (const [k, weight] of weights.entries()) expect(sums[k]).toBeCloseTo(weight / 10, 2);
  });
});

describe("countedShares", () => {
  const [white, all] = [
    [0, 1, 2],
    [0, 1, 2, 3],
  ];

  test("adds up classes and takes them of the cells that are asked for, with exact limits", () => {
    const [two, red] = countedShares(
      [70, 6, 4, 20],
      [
        { part: [1, 2], among: white },
        { part: [3], among: all },
      ],
    );
    expect(two).toEqual({ count: 10, counted: { value: 0.125, ...clopperPearson(10, 80) }, corrected: undefined });
    expect(red!.counted).toEqual({ value: 0.2, ...clopperPearson(20, 100) });
  });

  test("corrects a sum by the same draws as its parts", () => {
    const confusion = [
      [90, 5, 0, 5],
      [10, 80, 10, 0],
      [0, 10, 90, 0],
      [0, 0, 0, 50],
    ];
    const of = (part: number[]) => ({ part, among: white });
    const found = countedShares([70, 6, 4, 20], [of([1]), of([2]), of([1, 2]), of(white)], { confusion, draws: 200 });
    const [one, two, sum, everything] = found.map(({ corrected }) => corrected!);
    expect(sum!.value).toBeCloseTo(one!.value + two!.value, 12);
    expect(sum!.high).toBeLessThan(one!.high + two!.high);
    expect(everything!.value).toBe(1);
  });

  test("refuses a share of no cell at all", () => {
    expect(() => countedShares([0, 0, 0, 7], [{ part: [1], among: white }])).toThrow(
      "ERR_DATA countedShares: expected cells, received the counts 0, 0, 0, 7",
    );
  });
});
