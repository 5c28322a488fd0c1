import { counted } from "@leukogram/engine/core/counted";
import { upperIncompleteGamma } from "../../metrics/limits/specialFunctions.ts";

/** Options of {@link correctPriors}. */
export interface PriorCorrectionOptions {
  /** Shares of the classes in the set that the model was trained on; default: all alike. */
  readonly trainingPriors?: readonly number[];
  /** Fewer images than this are left as they are; default 50. */
  readonly minImages?: number;
  /** Images that are thought to stand for the training's shares beforehand, against chance in small sets; default 10. */
  readonly priorImages?: number;
}

/** Shares are estimated from p^(1 / 0.6): label smoothing leaves models less sure than they are right (docs/measurements/labelfree.md). */
const TEMPERATURE = 0.6;
/** Half the correction is made: shares are estimated from mistaken answers too, and the whole of it feeds on them. */
const DAMPING = 0.5;
/** No class counts as rarer or more frequent than in training by more than this factor. */
const LARGEST_FACTOR = 10;

/** What {@link correctPriors} did. */
export interface PriorCorrection {
  /** One row an image, as given or corrected. */
  readonly probabilities: readonly (readonly number[])[];
  /** Estimated shares of the classes; the training's where nothing was changed. */
  readonly priors: readonly number[];
  readonly applied: boolean;
  /** Why, in words. */
  readonly reason: string;
}

/**
 * Corrects probabilities for how frequent classes are in a new set: its shares are estimated from the probabilities by
 * expectation maximisation, then each is multiplied by a power of new share / old share (Saerens, Latinne and
 * Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori probabilities"; for sharpening beforehand
 * Alexandari, Kundaje and Shrikumar 2020). It does so only for enough images, and where their likelihood-ratio test
 * says that the shares differ (p < 0.01).
 */
export function correctPriors(
  probabilities: readonly (readonly number[])[],
  options: PriorCorrectionOptions = {},
): PriorCorrection {
  const classes = probabilities[0]?.length ?? 0;
  const { minImages = 50 } = options;
  const old = options.trainingPriors ?? new Array<number>(classes).fill(1 / classes);
  const unchanged = (reason: string) => ({ probabilities, priors: old, applied: false, reason });
  if (probabilities.length < minImages)
    return unchanged(
      `${counted(probabilities.length, "image is", "images are")} too few to estimate class frequencies (${minImages} needed)`,
    );
  const sharp = probabilities.map((row) => normalized(row.map((p) => p ** (1 / TEMPERATURE))));
  const estimated = expectationMaximisation(sharp, old, options);
  const p = likelihoodRatioP(sharp, old, estimated);
  if (p >= 0.01) return unchanged(`class frequencies do not clearly differ from training (p ${p.toFixed(2)})`);
  // On sharpened probabilities it would be the power DAMPING.
  const power = DAMPING * TEMPERATURE;
  const factors = estimated.map((share, k) => clamp(share / old[k]!, 1 / LARGEST_FACTOR, LARGEST_FACTOR) ** power);
  return {
    probabilities: probabilities.map((row) => reweighted(row, factors)),
    priors: estimated,
    applied: true,
    reason: `corrected for the estimated class frequencies (likelihood ratio, p ${p < 0.001 ? "< 0.001" : p.toFixed(3)})`,
  };
}

const STEPS = 200;

// With a Dirichlet prior around the old shares, which a few images can't overrule.
function expectationMaximisation(
  rows: readonly (readonly number[])[],
  old: readonly number[],
  { priorImages = 10 }: PriorCorrectionOptions,
): number[] {
  let shares = [...old];
  for (let step = 0; step < STEPS; step++) {
    const sums = old.map((share) => share * priorImages);
    for (const row of rows) {
      const factors = shares.map((share, k) => share / old[k]!);
      for (const [k, value] of reweighted(row, factors).entries()) sums[k]! += value;
    }
    shares = sums.map((sum) => sum / (rows.length + priorImages));
  }
  return shares;
}

// Twice the gain in log likelihood, chi-squared with K - 1 degrees of freedom.
function likelihoodRatioP(
  rows: readonly (readonly number[])[],
  old: readonly number[],
  shares: readonly number[],
): number {
  const gain = rows.reduce(
    (sum, row) => sum + Math.log(row.reduce((total, p, k) => total + (p * shares[k]!) / old[k]!, 0)),
    0,
  );
  return upperIncompleteGamma((old.length - 1) / 2, Math.max(0, gain));
}

const reweighted = (row: readonly number[], factors: readonly number[]) =>
  normalized(row.map((p, k) => p * factors[k]!));

function normalized(row: readonly number[]): number[] {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.map((value) => value / sum);
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
