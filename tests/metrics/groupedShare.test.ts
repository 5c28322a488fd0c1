import { groupedShare, meanOfEstimates, meanOfShares } from "leukogram/metrics/limits/groupedShare";
import { clopperPearson, midP } from "leukogram/metrics/limits/proportion";
import { describe, expect, test } from "vitest";

const SHARES = Array.from({ length: 50 }, (_, i) => 0.5 + i / 100);

// The chance that the limits of `of` images hold a share, by adding up all counts.
function coverage(of: number): number[] {
  const limits = Array.from({ length: of + 1 }, (_, count) => midP(count, of));
  return SHARES.map((share) => {
    let chance = (1 - share) ** of;
    return limits.reduce((sum, { low, high }, count) => {
      const held = low <= share && share <= high ? chance : 0;
      chance *= ((of - count) / (count + 1)) * (share / (1 - share));
      return sum + held;
    }, 0);
  });
}

describe("mid-P limits", () => {
  test.each([2, 4, 8, 20, 100])("of %i images hold shares of .5 to .99 about as often as they say", (of) => {
    const held = coverage(of);
    const mean = held.reduce((sum, one) => sum + one, 0) / held.length;
    expect(mean).toBeGreaterThan(0.94);
    expect(Math.min(...held)).toBeGreaterThan(0.9);
    if (of >= 20) expect(mean).toBeLessThan(0.97);
  });

  test("lie inside the exact ones, and are no point", () => {
    for (const of of [1, 2, 4, 8, 20, 100])
      for (let count = 0; count <= of; count++) {
        const [own, exact] = [midP(count, of), clopperPearson(count, of)];
        expect(own.low).toBeGreaterThanOrEqual(exact.low - 1e-9);
        expect(own.high).toBeLessThanOrEqual(exact.high + 1e-9);
        expect(own.high - own.low).toBeGreaterThan(0.02);
      }
  });

  test("have a closed form where all are right: half the chance of it is the tail", () => {
    expect(midP(8, 8).low).toBeCloseTo(0.05 ** (1 / 8), 12);
    expect(midP(0, 8).high).toBeCloseTo(1 - 0.05 ** (1 / 8), 12);
    expect(midP(0, 0)).toEqual({ low: 0, high: 1 });
  });

  test("refuse what is no count", () => {
    expect(() => midP(Number.NaN, 4)).toThrow("midP: expected 0 <= count <= of, received NaN of 4");
    expect(() => midP(5, 4)).toThrow("received 5 of 4");
  });
});

describe("groupedShare", () => {
  const ids = (count: number, of: number) => Array.from({ length: count }, (_, i) => String(i % of));

  test("counts images where each is for itself, and groups where all of a group are alike", () => {
    const hits = Array.from({ length: 40 }, (_, i) => i % 10 > 0);
    expect(groupedShare(hits, ids(40, 40))).toEqual({ value: 0.9, ...midP(36, 40) });
    // Ten groups of four, of which one is wrong.
    const { low, high } = groupedShare(hits, ids(40, 10));
    expect(low).toBeLessThan(midP(9, 10).low);
    expect(high).toBeGreaterThan(midP(36, 40).high);
  });

  test("is never a point, and nothing is known without images", () => {
    const { low, high } = groupedShare([true, false], ["a", "a"]);
    expect([low, high]).toEqual([midP(0.5, 1).low, midP(0.5, 1).high]);
    expect(groupedShare([], [])).toEqual({ value: 0, low: 0, high: 1 });
  });
});

test("the mean of estimates is as uncertain as they are together", () => {
  const one = { value: 0.9, low: 0.7, high: 1 };
  const { value, low, high } = meanOfEstimates([one, one, one, one]);
  expect(value).toBeCloseTo(0.9, 12);
  expect([low, high]).toEqual([expect.closeTo(0.8, 12), expect.closeTo(0.95, 12)]);
});

describe("meanOfShares", () => {
  // All counts of five classes of four images, in rising order.
  const sets: number[][] = [];
  const add = (counts: number[], from: number) => {
    if (counts.length === 5) sets.push(counts);
    else for (let count = from; count <= 4; count++) add([...counts, count], count);
  };
  add([], 0);
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const limits = sets.map((counts) => meanOfShares(counts.map((count) => ({ value: count / 4, of: 4 }))));

  test("of five classes with four images each holds what it says, by adding up all counts", () => {
    const ways = sets.map((counts) =>
      [0, 1, 2, 3, 4].reduce((product, count) => {
        const { length } = counts.filter((own) => own === count);
        return (product * [1, 4, 6, 4, 1][count]! ** length) / factorial(length);
      }, factorial(5)),
    );
    const held = SHARES.map((share) =>
      sets.reduce((sum, counts, i) => {
        const hits = counts.reduce((a, b) => a + b, 0);
        const { low, high } = limits[i]!;
        return low <= share && share <= high ? sum + ways[i]! * share ** hits * (1 - share) ** (20 - hits) : sum;
      }, 0),
    );
    expect(held.reduce((a, b) => a + b, 0) / held.length).toBeGreaterThan(0.94);
    expect(Math.min(...held)).toBeGreaterThan(0.9);
  });

  test("is never a point, and never wider than MOVER of the exact limits", () => {
    for (const [i, counts] of sets.entries()) {
      const exact = meanOfEstimates(counts.map((count) => ({ value: count / 4, ...clopperPearson(count, 4) })));
      const { low, high } = limits[i]!;
      expect(high - low).toBeGreaterThan(0.1);
      expect(high - low).toBeLessThanOrEqual(exact.high - exact.low + 1e-9);
    }
  });
});
