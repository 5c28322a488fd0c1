// Against scikit-learn, SciPy and MAPIE: make_statistics.py made statistics.json.
import { readFileSync } from "node:fs";
import { calibrationBins, calibrationError, fitTemperature, withTemperature } from "leukogram/metrics/calibration";
import { studentSurvival } from "leukogram/metrics/limits/distributions";
import { logLoss } from "leukogram/metrics/probabilityScores";
import { correctedResampledTest } from "leukogram/metrics/resampledTest";
import { conformalRule, conformalSet } from "leukogram/metrics/selective";
import { argmax } from "leukogram/metrics/topKAccuracy";
import { describe, expect, test } from "vitest";

interface Bins {
  readonly accuracy: readonly number[];
  readonly confidence: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("./statistics.json", import.meta.url), "utf8")) as {
  readonly labels: number[];
  readonly probabilities: number[][];
  readonly binsByWidth: Bins;
  readonly binsByMass: Bins;
  readonly temperature: number;
  readonly lossAtTemperature: number;
  readonly conformalSets: number[][];
  readonly differences: number[];
  readonly correctedP: number;
  readonly plainP: number;
  readonly plainLimits: [number, number];
  readonly studentSurvival: [number, number, number][];
};
const { labels, probabilities } = golden;
const confidence = probabilities.map((row) => Math.max(...row));
const right = probabilities.map((row, i) => argmax(row) === labels[i]);

describe("statistics of scikit-learn, SciPy and MAPIE", () => {
  test.each(["width", "mass"] as const)("the same bins by %s, and their calibration error", (by) => {
    const wanted = by === "width" ? golden.binsByWidth : golden.binsByMass;
    const bins = calibrationBins(confidence, right, { bins: 10, by });
    expect(bins).toHaveLength(wanted.accuracy.length);
    for (const [i, bin] of bins.entries()) {
      expect(bin.accuracy.value).toBeCloseTo(wanted.accuracy[i]!, 12);
      expect(bin.confidence).toBeCloseTo(wanted.confidence[i]!, 12);
    }
    const error = bins.reduce(
      (sum, { count }, i) => sum + (count / 300) * Math.abs(wanted.accuracy[i]! - wanted.confidence[i]!),
      0,
    );
    expect(calibrationError(bins)).toBeCloseTo(error, 12);
  });

  test("the same temperature, and loss with it", () => {
    const temperature = fitTemperature(labels, probabilities);
    expect(temperature).toBeCloseTo(golden.temperature, 5);
    const softened = probabilities.map((row) => withTemperature(row, temperature));
    expect(logLoss(labels, softened)).toBeCloseTo(golden.lossAtTemperature, 9);
  });

  test("the same conformal sets", () => {
    const rule = conformalRule(labels.slice(0, 150), probabilities.slice(0, 150), { coverage: 0.9 });
    expect(probabilities.slice(150).map((row) => conformalSet(row, rule))).toEqual(golden.conformalSets);
  });

  test("the same t tests", () => {
    expect(correctedResampledTest(golden.differences, { testToTrain: 1 / 4 }).p).toBeCloseTo(golden.correctedP, 10);
    const plain = correctedResampledTest(golden.differences, { testToTrain: 0 });
    expect(plain.p).toBeCloseTo(golden.plainP, 10);
    expect(plain.difference.low).toBeCloseTo(golden.plainLimits[0], 10);
    expect(plain.difference.high).toBeCloseTo(golden.plainLimits[1], 10);
    for (const [t, degrees, chance] of golden.studentSurvival)
      expect(studentSurvival(t, degrees)).toBeCloseTo(chance, 12);
  });
});
