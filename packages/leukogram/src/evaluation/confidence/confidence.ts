import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import {
  type CalibrationBin,
  calibratedRange,
  calibrationBins,
  calibrationError,
  fitTemperature,
  withTemperature,
} from "../../metrics/calibration.ts";
import { stratifiedBootstrap } from "../../metrics/limits/bootstrap.ts";
import { clopperPearson, type Limits } from "../../metrics/limits/proportion.ts";
import { brierScores } from "../../metrics/probabilityScores.ts";
import {
  type ConformalRule,
  conformalRule,
  conformalSet,
  prepareRiskCoverageArea,
  type RejectRule,
  type RiskPoint,
  rejectRule,
  riskCoverage,
} from "../../metrics/selective.ts";
import { isSure } from "../../review/answer.ts";
import { predictedClass } from "../checkPredictions.ts";
import { type KnownPrediction, knownRows, type ResamplingOptions } from "../evaluate.ts";
import { boundedEstimate, lossEstimate } from "../limits.ts";
import type { Predictions } from "../types.ts";

/** What a model's probabilities are worth on one set. */
export interface ConfidenceFigures {
  readonly count: number;
  /** Expected calibration error over bins of as many images each; never 0, as shares vary by chance. */
  readonly calibrationError: number;
  /** Where it would be, 95 of 100 times, if every probability were right. */
  readonly calibratedRange: Limits;
  readonly bins: readonly CalibrationBin[];
  /** Squared error of the probabilities summed over classes, 0 to 2; limits are NaN for fewer than 40 independent images. */
  readonly brier: Estimate;
  readonly riskCoverage: readonly RiskPoint[];
  /** Mean risk over coverages, 0 to 1. */
  readonly riskCoverageArea: Estimate;
}

/** Options of {@link judgeConfidence}. */
export interface ConfidenceOptions extends ResamplingOptions {
  /** Probabilities are softened or sharpened by it first; default 1. */
  readonly temperature?: number;
}

/** Images a bin of a reliability diagram should have. */
const IMAGES_A_BIN = 25;
const MOST_BINS = 15;

/**
 * How far a model's probabilities can be believed. Images of unknown class are left out.
 *
 * @throws ERR_DATA if no image has a known class.
 */
export function judgeConfidence(
  predictions: Predictions,
  { temperature = 1, resamples = 2000, seed = 0 }: ConfidenceOptions = {},
): ConfidenceFigures {
  const rows = knownRows(predictions);
  const labels = rows.map(({ label }) => label);
  const probabilities = rows.map((row) => withTemperature(row.probabilities, temperature));
  const { confidence, right } = answersOf(rows, probabilities);
  const bins = binsOf(confidence, right);
  const rng = new Rng(seed).fork("confidence");
  const area = prepareRiskCoverageArea(confidence, right);
  const groups = rows.map(({ group }) => group);
  const scores = brierScores(labels, probabilities);
  const statistic = (weights: Uint32Array) => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < weights.length; i++) {
      sum += weights[i]! * scores[i]!;
      total += weights[i]!;
    }
    return [sum / total, area(weights)];
  };
  const [brier, riskCoverageArea] = stratifiedBootstrap(labels, statistic, {
    rng,
    resamples,
    groups,
  });
  return {
    count: rows.length,
    calibrationError: calibrationError(bins),
    calibratedRange: calibratedRange(confidence, {
      bins: binCount(confidence.length),
      rng: rng.fork("calibrated"),
      draws: Math.min(resamples, 1000),
    }),
    bins,
    brier: lossEstimate({ groups }, brier!, 2),
    riskCoverage: riskCoverage(confidence, right),
    riskCoverageArea: boundedEstimate({ groups }, riskCoverageArea!),
  };
}

/** Rules that are found on images which the model was not fitted on. */
export interface ConfidenceRules {
  readonly images: number;
  readonly temperature: number;
  /** Where not to answer, so that at most `error` of the answers are wrong. */
  readonly reject: RejectRule;
  readonly error: number;
  readonly conformal: ConformalRule;
}

/** Options of {@link findRules}. */
export interface RuleOptions {
  /** Share of answers that may be wrong; default 0.02. */
  readonly error?: number;
  /** Share of images whose class is to be in its set; default 0.95. */
  readonly coverage?: number;
}

/**
 * Finds temperature, reject threshold and conformal sets on labelled images that the model did not learn from, such as
 * its validation images.
 *
 * @throws ERR_DATA if no image has a known class; ERR_USAGE if a share is not in (0, 1).
 */
export function findRules(
  predictions: Predictions,
  { error = 0.02, coverage = 0.95 }: RuleOptions = {},
): ConfidenceRules {
  const rows = knownRows(predictions);
  const labels = rows.map(({ label }) => label);
  const temperature = fitTemperature(
    labels,
    rows.map((row) => row.probabilities),
  );
  const probabilities = rows.map((row) => withTemperature(row.probabilities, temperature));
  const { confidence, right } = answersOf(rows, probabilities);
  return {
    images: rows.length,
    temperature,
    reject: rejectRule(confidence, right, { error }),
    error,
    conformal: conformalRule(labels, probabilities, { coverage }),
  };
}

/** What rules did on images that they were not found on. */
export interface RulesTried {
  /** Calibration error before and after the temperature. */
  readonly calibrationError: { readonly before: number; readonly after: number };
  /** Share of images that are answered, and of these that are wrong. */
  readonly reject: { readonly coverage: number; readonly risk: Estimate };
  /** Share of images whose class was in its set, and the mean size of a set. */
  readonly conformal: { readonly coverage: Estimate; readonly size: number };
}

/**
 * Tries rules on other images: where they come from the same laboratory, what was promised should hold.
 *
 * @throws ERR_DATA if no image has a known class, or the classes are not those of the rules.
 */
export function tryRules(predictions: Predictions, rules: ConfidenceRules): RulesTried {
  if (predictions.classes.length !== rules.conformal.thresholds.length)
    throw new LeukogramError("ERR_DATA", "the rules were fitted for other classes", {
      hint: "Give predictions from the same model.",
    });
  const rows = knownRows(predictions);
  const probabilities = rows.map((row) => withTemperature(row.probabilities, rules.temperature));
  const { confidence, right } = answersOf(rows, probabilities);
  const plain = answersOf(
    rows,
    rows.map((row) => row.probabilities),
  );
  const answered = [...confidence.keys()].filter((i) => isSure(confidence[i]!, rules.reject.threshold));
  const wrong = answered.filter((i) => !right[i]).length;
  const sets = probabilities.map((row) => conformalSet(row, rules.conformal));
  const held = sets.filter((set, i) => set.includes(rows[i]!.label)).length;
  const share = (count: number, of: number) => ({ value: of === 0 ? 0 : count / of, ...clopperPearson(count, of) });
  return {
    calibrationError: {
      before: calibrationError(binsOf(plain.confidence, plain.right)),
      after: calibrationError(binsOf(confidence, right)),
    },
    reject: { coverage: answered.length / rows.length, risk: share(wrong, answered.length) },
    conformal: {
      coverage: share(held, rows.length),
      size: sets.reduce((sum, set) => sum + set.length, 0) / rows.length,
    },
  };
}

function binsOf(confidence: readonly number[], right: readonly boolean[]): CalibrationBin[] {
  return calibrationBins(confidence, right, { bins: binCount(confidence.length) });
}

const binCount = (images: number) => Math.max(1, Math.min(MOST_BINS, Math.floor(images / IMAGES_A_BIN)));

function answersOf(rows: readonly KnownPrediction[], probabilities: readonly (readonly number[])[]) {
  return {
    confidence: probabilities.map((row, i) => row[predictedClass(rows[i]!)]!),
    right: rows.map((row) => predictedClass(row) === row.label),
  };
}
