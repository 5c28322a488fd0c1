// Answering only where a model is sure enough, and sets of classes that hold the truth as often as promised.
import {
  requireConfidence,
  requireFlags,
  requireNumbers,
  requireProbabilities,
  requireSameLength,
  requireSetting,
} from "./checkInputs.ts";
import { clopperPearson, type Limits } from "./limits/proportion.ts";

/** What answering down to one confidence gives. */
export interface RiskPoint {
  /** The least confidence that is answered. */
  readonly threshold: number;
  /** Share of the images that are answered. */
  readonly coverage: number;
  /** Share of these that are wrong. */
  readonly risk: number;
}

/**
 * Risk by coverage, from the surest image on: one point for each confidence that occurs.
 *
 * Source: El-Yaniv and Wiener 2010.
 *
 * @param confidence `[N]`, higher is surer.
 * @param right whether the prediction is, `[N]`.
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a confidence is not finite or `right` holds no flags.
 */
export function riskCoverage(confidence: ArrayLike<number>, right: ArrayLike<boolean | number>): RiskPoint[] {
  requireAnswers("riskCoverage", confidence, right);
  return riskPoints(confidence, right);
}

function requireAnswers(where: string, confidence: ArrayLike<number>, right: ArrayLike<boolean | number>): void {
  requireSameLength(where, [confidence.length, right.length]);
  requireNumbers(`${where} confidence`, confidence);
  requireFlags(`${where} right`, right);
}

function riskPoints(confidence: ArrayLike<number>, right: ArrayLike<boolean | number>): RiskPoint[] {
  const images = confidence.length;
  const order = Array.from({ length: images }, (_, i) => i).sort((a, b) => confidence[b]! - confidence[a]!);
  const points: RiskPoint[] = [];
  let wrong = 0;
  for (const [place, i] of order.entries()) {
    if (!right[i]) wrong++;
    const next = order[place + 1];
    if (next !== undefined && confidence[next] === confidence[i]) continue;
    points.push({ threshold: confidence[i]!, coverage: (place + 1) / images, risk: wrong / (place + 1) });
  }
  return points;
}

/**
 * Area under the risk-coverage curve, the mean risk over coverages, 0 to 1; lower is better. Images are sorted once, so
 * that the result can be asked again with each counted another number of times; these weights are not checked.
 *
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a confidence is not finite or `right` holds no flags.
 */
export function prepareRiskCoverageArea(
  confidence: ArrayLike<number>,
  right: ArrayLike<boolean | number>,
): (weights: Uint32Array) => number {
  requireAnswers("prepareRiskCoverageArea", confidence, right);
  const order = Uint32Array.from({ length: confidence.length }, (_, i) => i).sort(
    (a, b) => confidence[b]! - confidence[a]!,
  );
  const isRight = Uint8Array.from(order, (i) => (right[i] ? 1 : 0));
  const endsTie = Uint8Array.from(order, (i, place) => {
    const next = order[place + 1];
    return next !== undefined && confidence[next] === confidence[i] ? 0 : 1;
  });
  return (weights) => {
    let [answered, wrong, tied, area] = [0, 0, 0, 0];
    for (let place = 0; place < order.length; place++) {
      const weight = weights[order[place]!]!;
      tied += weight;
      answered += weight;
      if (isRight[place] === 0) wrong += weight;
      if (tied === 0 || endsTie[place] === 0) continue;
      area += tied * (wrong / answered);
      tied = 0;
    }
    return area / answered;
  };
}

/** {@link prepareRiskCoverageArea} with each image counted once. @throws ERR_SHAPE and ERR_DATA as it does. */
export function riskCoverageArea(confidence: ArrayLike<number>, right: ArrayLike<boolean | number>): number {
  requireAnswers("riskCoverageArea", confidence, right);
  return prepareRiskCoverageArea(confidence, right)(new Uint32Array(confidence.length).fill(1));
}

/** A confidence below which a model should not answer. */
export interface RejectRule {
  /** Least confidence that is answered; above 1 if none is safe enough. */
  readonly threshold: number;
  readonly coverage: number;
  /** Share of answers that are wrong on the images that the rule was found on. */
  readonly risk: { readonly value: number } & Limits;
}

/** Options of {@link rejectRule}. */
export interface RejectOptions {
  /** Share of answers that may be wrong. */
  readonly error: number;
  /** How sure that must be; default 0.95. */
  readonly confidence?: number;
}

/** Where sequences of tests begin, as shares of the images; each gets the same part of the chance of being wrong. */
const STARTS = [1 / 8, 1 / 2];

/**
 * The lowest threshold under which the share of wrong answers is below `error`, with the given confidence. From the surest
 * eighth of the images on, and from the surest half on, thresholds are tested one after the other by the exact
 * binomial test, up to the first that fails, which keeps the promise for the last that held (fixed-sequence testing with
 * several starts; Angelopoulos et al. 2021, "Learn then Test"). The images must not be those that the model was fitted on.
 *
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a confidence is not finite or `right` holds no flags, ERR_USAGE
 *   if `error` or `confidence` is not in (0, 1).
 */
export function rejectRule(
  confidence: ArrayLike<number>,
  right: ArrayLike<boolean | number>,
  { error, confidence: sure = 0.95 }: RejectOptions,
): RejectRule {
  requireAnswers("rejectRule", confidence, right);
  requireSetting("rejectRule", ["error", error], { above: 0, below: 1 });
  requireConfidence("rejectRule", sure);
  const images = confidence.length;
  const points = riskPoints(confidence, right);
  const alpha = (1 - sure) / STARTS.length;
  // Fewer answers than this show nothing, even if all are right.
  const least = Math.ceil(Math.log(alpha) / Math.log(1 - error));
  let best: RejectRule = { threshold: Number.POSITIVE_INFINITY, coverage: 0, risk: { value: 0, low: 0, high: 1 } };
  for (const start of STARTS)
    for (const { threshold, coverage, risk } of points) {
      const answered = Math.round(coverage * images);
      if (answered < Math.max(least, start * images)) continue;
      const wrong = Math.round(risk * answered);
      // The one-sided limit at 1 - alpha is the two-sided one at 1 - 2 alpha.
      if (clopperPearson(wrong, answered, { confidence: 1 - 2 * alpha }).high > error) break;
      if (coverage > best.coverage)
        best = { threshold, coverage, risk: { value: risk, ...clopperPearson(wrong, answered) } };
    }
  return best;
}

/** Shares of wrong answers that {@link safestRule} asks for, one after the other: few images can't show a small one. */
const ERRORS = [0.02, 0.05, 0.1];

/**
 * The threshold for the smallest share of wrong answers that these images can promise; undefined if none.
 *
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a confidence is not finite or `right` holds no flags.
 */
export function safestRule(
  confidence: ArrayLike<number>,
  right: ArrayLike<boolean | number>,
): { readonly threshold: number; readonly error: number } | undefined {
  requireAnswers("safestRule", confidence, right);
  for (const error of ERRORS) {
    const { threshold } = rejectRule(confidence, right, { error });
    if (threshold <= 1) return { threshold, error };
  }
  return undefined;
}

/** A rule that gives sets of classes. */
export interface ConformalRule {
  /** A class is in the set where its probability is at least this, [K]. */
  readonly thresholds: readonly number[];
  /** Share of images whose true class is promised to be in the set. */
  readonly coverage: number;
}

/** Options of {@link conformalRule}. */
export interface ConformalOptions {
  /** Default 0.95. */
  readonly coverage?: number;
  /** Whether it is promised for each class separately; default false, for all images together. */
  readonly byClass?: boolean;
}

/**
 * Split conformal prediction: thresholds under which the true class of a new image of the same kind is in its set at
 * least as often as `coverage` says, whatever the model. The images must not be those that the model was fitted on.
 *
 * Source: Sadinle, Lei and Wasserman 2019 (least ambiguous sets); MAPIE's "lac" score.
 *
 * @throws ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class; ERR_USAGE if `coverage` is not in (0, 1).
 */
export function conformalRule(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  { coverage = 0.95, byClass = false }: ConformalOptions = {},
): ConformalRule {
  const classes = requireProbabilities("conformalRule", labels, probabilities);
  requireSetting("conformalRule", ["coverage", coverage], { above: 0, below: 1 });
  const thresholdOf = (chosen: (i: number) => boolean) => {
    const truths = probabilities.flatMap((row, i) => (chosen(i) ? [row[labels[i]!]!] : [])).sort((a, b) => a - b);
    // Of the n + 1 images with the new one, so many may be outside.
    const outside = Math.floor((1 - coverage) * (truths.length + 1) + 1e-9);
    return outside === 0 ? 0 : truths[outside - 1]!;
  };
  const all = byClass ? undefined : thresholdOf(() => true);
  return {
    thresholds: Array.from({ length: classes }, (_, k) => all ?? thresholdOf((i) => labels[i] === k)),
    coverage,
  };
}

/**
 * The classes in the set of one image.
 *
 * @throws ERR_SHAPE if there are not as many probabilities as thresholds, ERR_DATA if a number is not finite or below 0.
 */
export function conformalSet(
  probabilities: ArrayLike<number>,
  { thresholds }: Pick<ConformalRule, "thresholds">,
): number[] {
  requireSameLength("conformalSet", [probabilities.length, thresholds.length]);
  requireNumbers("conformalSet probabilities", probabilities, { least: 0 });
  requireNumbers("conformalSet thresholds", thresholds, { least: 0, most: 1 });
  return thresholds.flatMap((threshold, k) => (probabilities[k]! >= threshold ? [k] : []));
}
