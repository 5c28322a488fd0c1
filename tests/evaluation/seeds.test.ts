import { summariseSeeds } from "leukogram/evaluation/seeds";
import { describe, expect, it } from "vitest";

describe("summariseSeeds", () => {
  it("gives Student's interval of the mean", () => {
    const summary = summariseSeeds([0.9, 0.92, 0.94, 0.91, 0.93]);
    const sd = Math.sqrt(0.001 / 4);
    expect(summary).toMatchObject({ count: 5, min: 0.9, max: 0.94 });
    expect(summary.mean).toBeCloseTo(0.92, 14);
    expect(summary.sd).toBeCloseTo(sd, 14);
    expect(summary.high! - summary.mean).toBeCloseTo((2.7764451051977987 * sd) / Math.sqrt(5), 10);
    expect(summary.mean - summary.low!).toBeCloseTo(summary.high! - summary.mean, 12);
  });

  it("knows no spread from one seed", () => {
    expect(summariseSeeds([0.9])).toEqual({
      count: 1,
      mean: 0.9,
      sd: undefined,
      min: 0.9,
      max: 0.9,
      low: undefined,
      high: undefined,
    });
  });

  it("refuses none, and what is no number", () => {
    expect(() => summariseSeeds([])).toThrow(/ERR_DATA summariseSeeds: .* received none/);
    expect(() => summariseSeeds([1, Number.NaN])).toThrow(/received NaN/);
  });
});
