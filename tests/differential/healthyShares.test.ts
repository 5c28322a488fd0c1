import { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "leukogram/cells/classes";
import { drawHealthyShares, healthySharesOf } from "leukogram/differential/healthyShares";
import { readRanges } from "leukogram/differential/referenceRanges";
import { expect, test } from "vitest";

const ranges = readRanges();

test("draws shares inside all usual ranges, which add up to 1", () => {
  const rng = new Rng(0);
  const draws = Array.from({ length: 200 }, () => drawHealthyShares(ranges, rng));
  for (const draw of draws) {
    expect(draw.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    for (const [k, name] of CELL_TYPES.entries()) {
      expect(100 * draw[k]!).toBeGreaterThanOrEqual(ranges.percent[name]![0] - 1e-9);
      expect(100 * draw[k]!).toBeLessThanOrEqual(ranges.percent[name]![1] + 1e-9);
    }
  }
  expect(new Set(draws.map(([share]) => share)).size).toBe(200);
});

test("gives bands their own range, and other types nothing", () => {
  const classes = ["BandNeutrophil", "Eosinophil", "Lymphocyte", "Monocyte", "Platelet", "SegmentedNeutrophil"];
  for (let seed = 0; seed < 50; seed++) {
    const shares = healthySharesOf(classes, ranges, new Rng(seed));
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(shares[0]! > 0 && shares[0]! < 0.052).toBe(true);
    expect(shares[4]).toBe(0);
    expect(shares[5]).toBeGreaterThan(0.3);
  }
});

test("refuses a set without a type that blood always has", () => {
  expect(() => healthySharesOf(["Basophil", "Monocyte", "Neutrophil"], ranges, new Rng(0))).toThrow(
    "ERR_DATA healthy shares: no cells of Lymphocyte. Give labelled cells of each of the five types.",
  );
  expect(() => drawHealthyShares({ percent: {} }, new Rng(0))).toThrow("no reference range for Basophil, ");
});
