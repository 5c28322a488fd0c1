import { Rng } from "@leukogram/engine/core/rng";
import { familiarityP, fitFamiliarity, squaredDistance } from "leukogram/metrics/familiarity";
import { describe, expect, test } from "vitest";

/** Three measures of which two go together. */
function pictures(rng: Rng, count: number, shift = 0): number[][] {
  return Array.from({ length: count }, () => {
    const shared = rng.normal(0, 1);
    return [200 + 5 * shared + rng.normal(0, 1) + shift, 100 - 5 * shared + rng.normal(0, 1), rng.normal(0, 0.01)];
  });
}

describe("familiarity", () => {
  test("distances are Mahalanobis's: those of own pictures have as their mean the number of measures", () => {
    const rows = pictures(new Rng(1), 400);
    const fit = fitFamiliarity(rows)!;
    const mean = rows.reduce((sum, row) => sum + squaredDistance(fit, row), 0) / rows.length;
    // Drawing the covariance to its diagonal makes them a little smaller where measures go together.
    expect(mean).toBeGreaterThan(2.3);
    expect(mean).toBeLessThan(3.1);
    expect(squaredDistance(fit, fit.mean)).toBe(0);
  });

  test("of new pictures from there as many are called strange as was said", () => {
    let [strange, seen] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const rng = new Rng(seed);
      const fit = fitFamiliarity(pictures(rng, 120))!;
      for (const row of pictures(rng, 100)) {
        seen++;
        if (familiarityP(fit, row) <= 0.05) strange++;
      }
    }
    expect(strange / seen).toBeGreaterThan(0.03);
    expect(strange / seen).toBeLessThan(0.07);
  });

  test("sees what no measure shows by itself, as where two that went together part", () => {
    const rng = new Rng(3);
    const fit = fitFamiliarity(pictures(rng, 200))!;
    const odd = [208, 108, 0]; // within the range of each
    expect(familiarityP(fit, odd)).toBeLessThan(0.01);
    expect(familiarityP(fit, [205, 95, 0])).toBeGreaterThan(0.1);
  });

  test("keeps few numbers, whatever the number of pictures, and says nothing for few", () => {
    const fit = fitFamiliarity(pictures(new Rng(5), 5000))!;
    expect(fit.distances).toHaveLength(120);
    expect(fit.distances).toEqual([...fit.distances].sort((a, b) => a - b));
    expect(JSON.stringify(fit).length).toBeLessThan(2000);
    expect(fitFamiliarity(pictures(new Rng(5), 19))).toBeUndefined();
    expect(() => familiarityP(fit, [1, 2])).toThrow(/expected 3 measures, received 2/);
  });

  test("a measure that never varied makes no distance infinite", () => {
    const fit = fitFamiliarity(pictures(new Rng(7), 50).map((row) => [...row, 255]))!;
    expect(Number.isFinite(squaredDistance(fit, [200, 100, 0, 255]))).toBe(true);
    expect(familiarityP(fit, [200, 100, 0, 250])).toBeLessThan(0.05);
  });
});

test("goes on falling beyond the farthest of its own", () => {
  const rng = new Rng(5);
  const own = fitFamiliarity(Array.from({ length: 60 }, () => [rng.normal(), rng.normal()]))!;
  const strange = [10, 20, 40].map((value) => familiarityP(own, [value, 0]));
  expect(strange[0]).toBeLessThan(1 / 61);
  expect(strange[1]).toBeLessThan(strange[0]!);
  expect(strange[2]).toBeLessThan(strange[1]!);
});
