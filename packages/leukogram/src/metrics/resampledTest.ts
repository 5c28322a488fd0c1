import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { requireConfidence, requireNumbers, requireSetting } from "./checkInputs.ts";
import { studentQuantile, studentSurvival } from "./limits/distributions.ts";

/** What repeated splits say of the difference between two models. */
export interface ResampledTest {
  /** Mean difference with 95 % limits. */
  readonly difference: Estimate;
  /** Two-sided. */
  readonly p: number;
}

/** Options of {@link correctedResampledTest}. */
export interface ResampledOptions {
  /** Images to test on over images to learn from: 1 / (folds - 1) in cross-validation. */
  readonly testToTrain: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/**
 * Student's t test of differences over folds, repeats or seeds whose training images overlap: the variance is raised by
 * the share of images that are tested on, as such differences hang together.
 *
 * Source: Nadeau and Bengio 2003, "Inference for the generalization error"; with one value of `testToTrain` 0 it is the paired t test.
 *
 * @param differences first model's figure less the second's, one a split.
 * @throws ERR_DATA if there are fewer than two or one is not finite, ERR_USAGE if `testToTrain` is below 0 or `confidence` not in (0, 1).
 */
export function correctedResampledTest(
  differences: readonly number[],
  { testToTrain, confidence = 0.95 }: ResampledOptions,
): ResampledTest {
  const splits = differences.length;
  requireNumbers("correctedResampledTest", differences);
  requireSetting("correctedResampledTest", ["testToTrain", testToTrain], { least: 0 });
  requireConfidence("correctedResampledTest", confidence);
  if (splits < 2)
    throw new LeukogramError("ERR_DATA", `correctedResampledTest: expected two splits or more, received ${splits}`, {
      hint: "Train with more seeds or folds.",
    });
  const mean = differences.reduce((a, b) => a + b) / splits;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (splits - 1);
  const error = Math.sqrt((1 / splits + testToTrain) * variance);
  const reach = studentQuantile(1 - (1 - confidence) / 2, splits - 1) * error;
  const t = error === 0 ? (mean === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.abs(mean) / error;
  return {
    difference: { value: mean, low: mean - reach, high: mean + reach },
    p: Math.min(1, 2 * studentSurvival(t, splits - 1)),
  };
}
