import { brierScore, logLoss } from "leukogram/metrics/probabilityScores";
import { argmax, topKAccuracy } from "leukogram/metrics/topKAccuracy";
import { describe, expect, it } from "vitest";

describe("logLoss", () => {
  it("is the mean of -ln p of the true class", () => {
    const rows = [
      [0.5, 0.5],
      [0.25, 0.75],
    ];
    expect(logLoss([0, 0], rows)).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 14);
  });

  it("charges a sure mistake 36, not infinity", () => {
    expect(logLoss([0], [[0, 1]])).toBeCloseTo(-Math.log(Number.EPSILON), 12);
  });
});

describe("brierScore", () => {
  it("sums squares over classes: 0 for certainty, 2 for a sure mistake", () => {
    expect(brierScore([0], [[1, 0, 0]])).toBe(0);
    expect(brierScore([0], [[0, 1, 0]])).toBe(2);
    expect(brierScore([1], [[0.2, 0.5, 0.3]])).toBeCloseTo(0.04 + 0.25 + 0.09, 14);
  });
});

describe("topKAccuracy", () => {
  it("puts the last of equals first, as scikit-learn does", () => {
    const row = [0.4, 0.4, 0.2];
    expect(topKAccuracy([0, 1, 2], [row, row, row], { k: 1 })).toBeCloseTo(1 / 3, 14);
    expect(topKAccuracy([1], [row], { k: 1 })).toBe(1);
    expect(topKAccuracy([0, 1, 2], [row, row, row], { k: 2 })).toBeCloseTo(2 / 3, 14);
  });

  it("refuses a k below 1", () => {
    expect(() => topKAccuracy([0], [[1, 0]], { k: 0 })).toThrow(/ERR_USAGE topKAccuracy: k is 0/);
  });

  it("takes the first of equals for the predicted class", () => {
    expect(argmax([0.2, 0.4, 0.4])).toBe(1);
  });
});
