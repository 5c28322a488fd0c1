// The one rule for 95 % limits, which evaluate, compare, robustness and generalise use: docs/evaluation.md.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { indicesByClass } from "../data/sampling/sampler.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { aucLimits } from "../metrics/limits/aucLimits.ts";
import {
  countShare,
  groupedShare,
  meanOfEstimates,
  meanOfShares,
  type Share,
  shareLimits,
} from "../metrics/limits/groupedShare.ts";
import { matrixLimits } from "../metrics/limits/matrixLimits.ts";
import { pairedShareDifference } from "../metrics/limits/pairedShare.ts";
import { midP } from "../metrics/limits/proportion.ts";

/** Images of known class: true classes and groups, `[N]` each. */
export interface JudgedImages {
  readonly labels: ArrayLike<number>;
  readonly groups: readonly string[];
}

/** How far a figure may reach below and above its value. */
interface Reach {
  readonly down: number;
  readonly up: number;
}

const reachOf = ({ value, low, high }: Estimate): Reach => ({ down: value - low, up: high - value });

const ratio = (wide: number, narrow: number) => (narrow > 0 ? Math.max(1, wide / narrow) : 1);

/** Whether a group holds images of several classes, so that recalls depend on each other. */
export function isMixed({ labels, groups }: JudgedImages): boolean {
  return new Set(groups.map((group, i) => `${labels[i]} ${group}`)).size > new Set(groups).size;
}

/** The places of each class's images, for classes that have some, in rising order of class. */
export function placesOf({ labels }: JudgedImages): Map<number, number[]> {
  const classes = Array.from(labels).reduce((most, label) => Math.max(most, label), -1) + 1;
  return new Map([...indicesByClass(labels, classes).entries()].filter(([, own]) => own.length > 0));
}

/** Balanced accuracy with limits, and what those of other figures of the confusion matrix rest on. */
export interface MeanRecall {
  readonly estimate: Estimate;
  /** By class; of those that have images. */
  readonly recalls: ReadonlyMap<number, Share>;
  /** How many times as far as by independent recalls alone the limits reach. */
  readonly widened: Reach;
}

/**
 * Balanced accuracy: the mean of the recalls ({@link meanOfShares}). Where groups hold several classes, recalls err
 * together: limits then reach as far as resampling and the accuracy say.
 *
 * @param hits 1 if the answer is right, `[N]`.
 * @param resampled bootstrap limits of balanced accuracy; asked only where a group holds several classes.
 */
export function meanRecall(
  images: JudgedImages,
  hits: ArrayLike<boolean | number>,
  resampled: () => Estimate,
): MeanRecall {
  const recalls = new Map(
    [...placesOf(images)].map(([label, own]) => [
      label,
      countShare(
        own.map((i) => hits[i]!),
        own.map((i) => images.groups[i]!),
      ),
    ]),
  );
  const shares = [...recalls.values()];
  const plain = reachOf(meanOfEstimates(shares.map((share) => ({ value: share.value, ...shareLimits(share) }))));
  const all = groupedShare(Array.from(hits, Boolean), images.groups);
  const estimate = togetherWith(images, meanOfShares(shares), { all, resampled, least: 0 });
  const reach = reachOf(estimate);
  return { estimate, recalls, widened: { down: ratio(reach.down, plain.down), up: ratio(reach.up, plain.up) } };
}

/**
 * First less second in accuracy, on the same images ({@link pairedShareDifference}).
 *
 * @param leads 1 if only the first is right, -1 if only the second is, 0 else, `[N]`.
 */
export function accuracyDifference({ groups }: JudgedImages, leads: readonly number[]): Estimate {
  return pairedShareDifference(leads, groups);
}

/**
 * First less second in balanced accuracy, on the same images: the mean over classes of the paired differences. Where
 * groups hold several classes, as {@link meanRecall}.
 */
export function meanRecallDifference(
  images: JudgedImages,
  leads: readonly number[],
  resampled: () => Estimate,
): Estimate {
  const differences = [...placesOf(images).values()].map((own) =>
    pairedShareDifference(
      own.map((i) => leads[i]!),
      own.map((i) => images.groups[i]!),
    ),
  );
  const all = accuracyDifference(images, leads);
  return togetherWith(images, meanOfEstimates(differences, { least: -1 }), { all, resampled, least: -1 });
}

interface Together {
  readonly all: Estimate;
  readonly resampled: () => Estimate;
  readonly least: number;
}

function togetherWith(images: JudgedImages, own: Estimate, { all, resampled, least }: Together): Estimate {
  if (!isMixed(images)) return own;
  const { value } = own;
  const [reach, drawn] = [reachOf(all), resampled()];
  return {
    value,
    low: Math.max(least, Math.min(own.low, drawn.low, value - reach.down)),
    high: Math.min(1, Math.max(own.high, drawn.high, value + reach.up)),
  };
}

/** A figure of the confusion matrix, with its value. */
export interface MatrixFigure {
  readonly value: number;
  readonly figure: (matrix: Matrix) => number;
  readonly least: number;
}

/** Limits of macro F1, kappa and the like, by those of the recalls ({@link matrixLimits}). */
export function matrixEstimate(
  matrix: Matrix,
  { value, figure, least }: MatrixFigure,
  { recalls, widened }: MeanRecall,
): Estimate {
  const none = { low: 0, high: 1 };
  const { low, high } = matrixLimits(matrix, {
    figure,
    recalls: matrix.map((_, k) => (recalls.has(k) ? shareLimits(recalls.get(k)!) : none)),
    least,
    most: 1,
  });
  return {
    value,
    low: Math.max(least, value - widened.down * (value - low)),
    high: Math.min(1, value + widened.up * (high - value)),
  };
}

/**
 * F1 of a class. Of the images that are of the class or are named so, let J be the share that is both: F1 is
 * 2 J / (1 + J), and its limits are those of J.
 *
 * @param isOf whether an image is of the class, `[N]`.
 * @param isNamed whether the model says so, `[N]`.
 */
export function f1Estimate({ groups }: JudgedImages, isOf: readonly boolean[], isNamed: readonly boolean[]): Estimate {
  const either = isOf.flatMap((of, i) => (of || isNamed[i] ? [i] : []));
  const { value, low, high } = groupedShare(
    either.map((i) => isOf[i]! && isNamed[i]!),
    either.map((i) => groups[i]!),
  );
  const f1 = (share: number) => (2 * share) / (1 + share);
  return { value: f1(value), low: f1(low), high: f1(high) };
}

/**
 * An area under the ROC curve: the limits of resampling, and at least the score limits of as many images or groups on
 * both sides ({@link aucLimits}), as resampling says nothing if the scores part the sides.
 */
export function areaEstimate(
  { groups }: JudgedImages,
  positive: ArrayLike<number | boolean>,
  drawn: Estimate,
): Estimate {
  const sides = [new Set<string>(), new Set<string>()] as const;
  for (const [i, group] of groups.entries()) sides[positive[i] ? 1 : 0].add(group);
  return union(drawn, aucLimits({ area: drawn.value, positives: sides[1].size, negatives: sides[0].size }));
}

/** The mean of areas of several classes: the limits of resampling, and at least those from the areas' own. */
export function meanAreaEstimate(areas: readonly Estimate[], drawn: Estimate): Estimate {
  return union(drawn, meanOfEstimates(areas));
}

/**
 * A mean over images of values between 0 and `most`: the limits of resampling. Where these are a point, as all values
 * are equal, the mean counts as a share of as many groups, the least certain that such a mean can be.
 */
export function boundedEstimate({ groups }: Pick<JudgedImages, "groups">, drawn: Estimate, most = 1): Estimate {
  if (drawn.high - drawn.low > 1e-12) return drawn;
  const of = new Set(groups).size;
  const { low, high } = midP(Math.min(of, (drawn.value / most) * of), of);
  return { value: drawn.value, low: Math.min(drawn.value, low * most), high: Math.max(drawn.value, high * most) };
}

/** Losses of fewer independent images have no limits: 95 % limits would hold less than 90 % of the time (docs/measurements/evaluation.md). */
export const FEWEST_FOR_LOSS = 40;

/**
 * Log loss or Brier score, as {@link boundedEstimate}; limits are NaN for fewer than {@link FEWEST_FOR_LOSS} images or groups,
 * among which a rare costly mistake is easily missed.
 */
export function lossEstimate(images: Pick<JudgedImages, "groups">, drawn: Estimate, most: number): Estimate {
  if (new Set(images.groups).size >= FEWEST_FOR_LOSS) return boundedEstimate(images, drawn, most);
  return { value: drawn.value, low: Number.NaN, high: Number.NaN };
}

function union(drawn: Estimate, { low, high }: { readonly low: number; readonly high: number }): Estimate {
  return { value: drawn.value, low: Math.min(drawn.low, low), high: Math.max(drawn.high, high) };
}
