import fc from "fast-check";
import { holm } from "leukogram/metrics/holm";
import {
  betaQuantile,
  binomialCdf,
  normalQuantile,
  normalSurvival,
  studentQuantile,
} from "leukogram/metrics/limits/distributions";
import { clopperPearson, wilson } from "leukogram/metrics/limits/proportion";
import { incompleteBeta, logGamma } from "leukogram/metrics/limits/specialFunctions";
import { mcnemarChiSquared, mcnemarExact } from "leukogram/metrics/mcnemar";
import { wilcoxonSignedRank } from "leukogram/metrics/wilcoxon";
import { describe, expect, it } from "vitest";

// Expected numbers without a formula beside them are SciPy 1.17.1's.
describe("distributions", () => {
  it("agrees with SciPy", () => {
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.706204736432095, 9);
    expect(studentQuantile(0.975, 4)).toBeCloseTo(2.7764451051977987, 10);
    expect(betaQuantile(0.025, { a: 3, b: 8 })).toBeCloseTo(0.06673951117773447, 12);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalSurvival(3.5)).toBeCloseTo(0.00023262907903552502, 15);
    expect(binomialCdf(3, { trials: 20, p: 0.3 })).toBeCloseTo(0.10708680450373087, 12);
  });

  it("has the factorials in the gamma function and the symmetry of the beta function", () => {
    expect(Math.exp(logGamma(7))).toBeCloseTo(720, 9);
    expect(Math.exp(logGamma(0.5)) ** 2).toBeCloseTo(Math.PI, 12);
    const sum = incompleteBeta(0.3, { a: 2.5, b: 4 }) + incompleteBeta(0.7, { a: 4, b: 2.5 });
    expect(sum).toBeCloseTo(1, 13);
  });
});

describe("clopperPearson", () => {
  it("holds the true share at least 95 times in 100, whatever it is", () => {
    const of = 30;
    const limits = Array.from({ length: of + 1 }, (_, count) => clopperPearson(count, of));
    for (let share = 0.01; share < 1; share += 0.01) {
      const chance = (count: number) =>
        binomialCdf(count, { trials: of, p: share }) -
        (count === 0 ? 0 : binomialCdf(count - 1, { trials: of, p: share }));
      const covered = limits.reduce(
        (sum, { low, high }, count) => (low <= share && share <= high ? sum + chance(count) : sum),
        0,
      );
      expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-9);
      expect(covered).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  it("mirrors: successes and failures change places", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (a, b) => {
        const [one, other] = [clopperPearson(a, a + b), clopperPearson(b, a + b)];
        expect(one.low).toBeCloseTo(1 - other.high, 12);
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it("is wider than Wilson's and knows nothing of no trials", () => {
    const [exact, score] = [clopperPearson(9, 100), wilson(9, 100)];
    expect(exact.high - exact.low).toBeGreaterThan(score.high - score.low);
    expect(clopperPearson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(() => clopperPearson(3, 2)).toThrow(/ERR_DATA clopperPearson: .* received 3 of 2/);
  });

  it("narrows as confidence falls", () => {
    const [wide, narrow] = [clopperPearson(9, 100), clopperPearson(9, 100, { confidence: 0.5 })];
    expect(narrow.low).toBeGreaterThan(wide.low);
    expect(narrow.high).toBeLessThan(wide.high);
  });
});

describe("mcnemar", () => {
  it("is a fair coin over the discordant images", () => {
    expect(mcnemarExact({ firstOnly: 0, secondOnly: 6 })).toBeCloseTo(2 / 64, 14);
    expect(mcnemarExact({ firstOnly: 1, secondOnly: 4 })).toBeCloseTo((2 * 6) / 32, 14);
    expect(mcnemarExact({ firstOnly: 3, secondOnly: 3 })).toBe(1);
    expect(mcnemarExact({ firstOnly: 0, secondOnly: 0 })).toBe(1);
  });

  it("does not care which model comes first", () => {
    expect(mcnemarExact({ firstOnly: 14, secondOnly: 25 })).toBe(mcnemarExact({ firstOnly: 25, secondOnly: 14 }));
  });

  it("does not correct past 0", () => {
    expect(mcnemarChiSquared({ firstOnly: 3, secondOnly: 3 })).toEqual({ statistic: 0, p: 1 });
    expect(mcnemarChiSquared({ firstOnly: 0, secondOnly: 0 }).p).toBe(1);
    expect(mcnemarChiSquared({ firstOnly: 10, secondOnly: 20 }).statistic).toBeCloseTo(81 / 30, 14);
    expect(() => mcnemarExact({ firstOnly: 0.5, secondOnly: 1 })).toThrow(/ERR_DATA mcnemar/);
  });
});

describe("holm", () => {
  it("multiplies the smallest by all, keeps the order, and stays below 1", () => {
    expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([0.02])).toEqual([0.02]);
  });
});

describe("wilcoxonSignedRank", () => {
  it("is exact for few differences, ties and zeros included", () => {
    expect(wilcoxonSignedRank([1, 2, 2, -3, 0, 4])).toEqual({ statistic: 4, p: 0.4375 });
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, -0.5])).toEqual({ statistic: 1, p: 0.0625 });
  });

  it("takes the normal approximation for many, or for more than 13 with ties", () => {
    const tied = [1, 1, 2, -2, 3, 4, 5, -1, 2, 0, 3, 4, 1, 2, 3, -5];
    expect(wilcoxonSignedRank(tied).p).toBeCloseTo(0.037158917124453066, 12);
    const many = Array.from({ length: 60 }, (_, i) => 0.1 * i - 1.03);
    expect(wilcoxonSignedRank(many).p).toBeCloseTo(5.062251686302202e-9, 15);
  });

  it("does not care for the sign of the whole, and finds nothing in zeros", () => {
    const differences = [0.3, -0.1, 0.7, 1.2, -0.4];
    expect(wilcoxonSignedRank(differences)).toEqual(wilcoxonSignedRank(differences.map((value) => -value)));
    expect(wilcoxonSignedRank([0, 0])).toEqual({ statistic: 0, p: 1 });
    expect(() => wilcoxonSignedRank([])).toThrow(/ERR_SHAPE/);
    expect(() => wilcoxonSignedRank([Number.NaN])).toThrow(/ERR_DATA/);
  });
});
