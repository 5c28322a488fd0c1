// Every headline figure of one small set, worked out by hand.
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import { HEADLINES, type Headline } from "leukogram/evaluation/figures";
import { expect, test } from "vitest";
import { surePredictions } from "./samples.ts";

/** [true class, named class], each sure. */
const ANSWERS: [number, number][] = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 1],
  [1, 1],
  [2, 2],
  [2, 1],
  [2, 0],
  [2, 2],
];

/** A row for each figure. */
const EXPECTED: Readonly<Record<Headline, number>> = {
  accuracy: 6 / 9,
  balancedAccuracy: (1 / 2 + 1 + 1 / 2) / 3,
  macroF1: (1 / 2 + 3 / 4 + 2 / 3) / 3,
  // Of answers that are all sure, a class's area is the mean of sensitivity and specificity.
  macroRocAuc: (1 / 2 + 6 / 7 + 1 + 4 / 6 + 1 / 2 + 1) / 6,
  logLoss: (3 / 9) * -Math.log(Number.EPSILON),
  kappa: (6 / 9 - 27 / 81) / (1 - 27 / 81),
  matthews: (6 * 9 - 27) / Math.sqrt((81 - 33) * (81 - 29)),
};

const evaluation = evaluatePredictions(surePredictions(ANSWERS), { resamples: 50 });

test.each(HEADLINES)("%s", (name) => {
  expect(evaluation[name]?.value).toBeCloseTo(EXPECTED[name], 12);
});
