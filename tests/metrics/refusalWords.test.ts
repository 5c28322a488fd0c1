// What metrics are given wrongly is refused in words that name the place, and what was expected there.

import { summariseSeeds } from "leukogram/evaluation/seeds";
import { accuracy } from "leukogram/metrics/accuracy";
import { calibrationBins } from "leukogram/metrics/calibration";
import { fitFamiliarity } from "leukogram/metrics/familiarity";
import { matrixLimits } from "leukogram/metrics/limits/matrixLimits";
import { tangoLimits } from "leukogram/metrics/limits/pairedShare";
import { mcnemarExact } from "leukogram/metrics/mcnemar";
import { brierScore } from "leukogram/metrics/probabilityScores";
import { expect, test } from "vitest";

const range = { figure: () => 0, recalls: [{ low: 0, high: 1 }], least: 0, most: 1 };

test.each<[() => unknown, string]>([
  [
    () => calibrationBins([0.5, 0.9], [1, 2], { bins: 2 }),
    "ERR_DATA calibrationBins right: entry 1 is 2, expected true, false, 1 or 0",
  ],
  [
    () =>
      brierScore(
        [0, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    "entry 1 is 2, expected an index below 2. Give indices into the list of classes",
  ],
  [
    () =>
      brierScore(
        [0, 1],
        [
          [1, 0],
          [0.5, 0.4],
        ],
      ),
    "row 1 sums to 0.9, expected 1 within",
  ],
  [() => fitFamiliarity([[]]), "ERR_SHAPE fitFamiliarity row 0: expected N >= 1 numbers, received none"],
  [() => accuracy([]), "expected [K, K] with K >= 1, received no row"],
  [() => fitFamiliarity([[1, 2], [1]]), "ERR_SHAPE fitFamiliarity row 1 has 1 measures, row 0 2"],
  [
    () =>
      matrixLimits(
        [
          [1, 0],
          [0, 1],
        ],
        range,
      ),
    "ERR_SHAPE matrixLimits: expected limits of 2 recalls, received 1",
  ],
  [() => mcnemarExact({ firstOnly: 1.5, secondOnly: 2 }), "expected counts of images, received 1.5 and 2"],
  [
    () => tangoLimits({ firstOnly: 3, secondOnly: 4, of: 5 }),
    "ERR_DATA tangoLimits: expected counts of images, received 3 and 4 of 5",
  ],
  [() => summariseSeeds([1, Number.NaN]), "ERR_DATA summariseSeeds: expected one finite value per seed, received NaN"],
])("%s", (call, message) => {
  expect(call).toThrow(message);
});
