import fc from "fast-check";
import { averagePrecision } from "leukogram/metrics/averagePrecision";
import { binaryRocAuc, prepareAuc, rocAuc } from "leukogram/metrics/rocAuc";
import { rocCurve } from "leukogram/metrics/rocCurve";
import { describe, expect, it } from "vitest";

const scored = fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { minLength: 2, maxLength: 50 });
const split = (rows: readonly (readonly [boolean, number])[]) =>
  [rows.map((row) => row[0]), rows.map((row) => row[1])] as const;

describe("rocCurve", () => {
  const positive = [0, 0, 1, 1, 0, 1, 1, 1];
  const scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

  it("leaves out points between evenly spaced ones on a line, and keeps the first", () => {
    const { fpr, tpr, thresholds } = rocCurve(positive, scores);
    expect(thresholds).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.6, 0.5, 0.3, 0.1]);
    expect(fpr).toEqual([0, 0, 0, 1 / 3, 1 / 3, 1]);
    expect(tpr).toEqual([0, 0.2, 0.6, 0.6, 1, 1]);
  });

  it("keeps every threshold when told to", () => {
    expect(rocCurve(positive, scores, { dropIntermediate: false }).thresholds).toHaveLength(9);
  });

  it("has an area by trapezoids that is the chance of ranking right, dropped points or not", () => {
    fc.assert(
      fc.property(scored, fc.boolean(), (rows, dropIntermediate) => {
        const [is, scores] = split(rows);
        const expected = chanceOfRankingRight(is, scores);
        const area = binaryRocAuc(is, scores);
        if (expected === undefined) {
          expect(area).toBeUndefined();
          return;
        }
        expect(area).toBeCloseTo(expected, 12);
        const { fpr, tpr } = rocCurve(is, scores, { dropIntermediate });
        const trapezoids = fpr.slice(1).map((x, i) => ((x - fpr[i]!) * (tpr[i + 1]! + tpr[i]!)) / 2);
        expect(trapezoids.reduce((sum, part) => sum + part, 0)).toBeCloseTo(expected, 12);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it("has no rates where one side is empty, and refuses a score that is no number", () => {
    expect(rocCurve([1, 1], [0.1, 0.2]).fpr).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(() => rocCurve([1, 0], [0.1, Number.NaN])).toThrow(/ERR_DATA .* scores: entry 1 is NaN/);
  });
});

describe("rocAuc", () => {
  it("counts ties half", () => {
    expect(binaryRocAuc([1, 0], [0.5, 0.5])).toBe(0.5);
    expect(binaryRocAuc([1, 1, 0], [0.5, 0.9, 0.5])).toBe(0.75);
  });

  it("counts a weighted image as so many images", () => {
    fc.assert(
      fc.property(scored, fc.array(fc.nat(3), { minLength: 50, maxLength: 50 }), (rows, weights) => {
        const [is, scores] = split(rows);
        const repeated = rows.flatMap((row, i) => new Array(weights[i]!).fill(row) as typeof rows);
        const expected = repeated.length === 0 ? undefined : binaryRocAuc(...split(repeated));
        const area = prepareAuc(is, scores)(weights);
        if (expected === undefined) expect(area).toBeNaN();
        else expect(area).toBeCloseTo(expected, 12);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("is unmoved by any rising change of the scores", () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const [is, scores] = split(rows);
        expect(
          binaryRocAuc(
            is,
            scores.map((score) => Math.exp(score) - 7),
          ),
        ).toBe(binaryRocAuc(is, scores));
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it("averages over classes, by images, or over pairs of classes", () => {
    const labels = [0, 0, 0, 1, 2];
    const probabilities = [
      [0.6, 0.3, 0.1],
      [0.2, 0.5, 0.3],
      [0.5, 0.1, 0.4],
      [0.3, 0.4, 0.3],
      [0.4, 0.3, 0.3],
    ];
    // One against the rest: 4/6, 3/4, 2/4. Pairs: 0-1 (2/3 + 2/3)/2, 0-2 (2/3 + 1.5/3)/2, 1-2 (1 + 1/2)/2.
    expect(rocAuc(labels, probabilities)).toBeCloseTo((4 / 6 + 3 / 4 + 2 / 4) / 3, 12);
    expect(rocAuc(labels, probabilities, { average: "ovr-weighted" })).toBeCloseTo(
      (3 * (4 / 6) + 3 / 4 + 2 / 4) / 5,
      12,
    );
    const pairs = [2 / 3, (2 / 3 + 1.5 / 3) / 2, 0.75];
    expect(rocAuc(labels, probabilities, { average: "ovo-macro" })).toBeCloseTo(
      (pairs[0]! + pairs[1]! + pairs[2]!) / 3,
      12,
    );
  });

  it("is not defined where a class has no image", () => {
    const rows = [
      [0.5, 0.3, 0.2],
      [0.1, 0.8, 0.1],
    ];
    expect(rocAuc([0, 1], rows)).toBeUndefined();
    expect(() => rocAuc([0, 1], [[0.5, 0.5], [1]])).toThrow(
      /ERR_SHAPE rocAuc: expected \[N, 2\], received row 1 with 1/,
    );
  });
});

describe("averagePrecision", () => {
  it("adds precision over the steps of recall without interpolation", () => {
    expect(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
  });

  it("is the share of positives where all scores are equal, 1 where ranking is perfect, else undefined", () => {
    expect(averagePrecision([1, 0, 0, 0], [1, 1, 1, 1])).toBe(0.25);
    expect(averagePrecision([1, 1, 0], [0.9, 0.8, 0.7])).toBe(1);
    expect(averagePrecision([0, 0], [0.9, 0.8])).toBeUndefined();
  });
});

function chanceOfRankingRight(is: readonly boolean[], scores: readonly number[]): number | undefined {
  let wins = 0;
  let pairs = 0;
  for (const [i, mine] of scores.entries()) {
    for (const [j, theirs] of scores.entries()) {
      if (!is[i] || is[j]) continue;
      pairs++;
      wins += mine > theirs ? 1 : mine === theirs ? 0.5 : 0;
    }
  }
  return pairs === 0 ? undefined : wins / pairs;
}
