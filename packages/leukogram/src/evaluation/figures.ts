import { accuracy, balancedAccuracy } from "../metrics/accuracy.ts";
import { cohenKappa, matthews } from "../metrics/agreement.ts";
import type { WeightedStatistic } from "../metrics/bootstrap.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { margins, prepareConfusion } from "../metrics/confusionMatrix.ts";
import { mean } from "../metrics/pairwiseSum.ts";
import { precisionRecallF1, precisionRecallF1OfClasses } from "../metrics/precisionRecallF1.ts";
import { logLosses } from "../metrics/probabilityScores.ts";
import { prepareAuc } from "../metrics/rocAuc.ts";

/** What a figure is computed from, of all images or of a resample. */
interface Counted {
  readonly matrix: Matrix;
  readonly sums: ReturnType<typeof margins>;
  readonly perClass: ReturnType<typeof precisionRecallF1OfClasses>;
  /** Area under the ROC curve of each class. */
  readonly areas: readonly number[];
  /** Whether a class of the images has none in the resample. */
  readonly isShort: boolean;
  readonly logLoss: number;
}

/** Figures of a whole set: a row each. NaN if a figure is undefined. */
const HEADLINE_TABLE = {
  accuracy: ({ matrix, sums }) => accuracy(matrix, sums),
  balancedAccuracy: ({ matrix, sums }) => balancedAccuracy(matrix, sums),
  // A class that the resample lost would count 0, and nobody asked about it.
  macroF1: ({ isShort, perClass }) => (isShort ? Number.NaN : mean(perClass.map(({ f1 }) => f1))),
  // A class without images has no area, and then the mean has none.
  macroRocAuc: ({ areas }) => (areas.some(Number.isNaN) ? Number.NaN : mean(areas)),
  logLoss: ({ logLoss }) => logLoss,
  kappa: ({ matrix, sums }) => cohenKappa(matrix, sums),
  matthews: ({ matrix, sums }) => matthews(matrix, sums),
} satisfies Readonly<Record<string, (counted: Counted) => number>>;

/** Figures of class k: a row each. */
const CLASS_TABLE = {
  precision: ({ sums, perClass }, k) => (sums.predictions[k] === 0 ? Number.NaN : perClass[k]!.precision),
  recall: ({ sums, perClass }, k) => (sums.truths[k] === 0 ? Number.NaN : perClass[k]!.recall),
  f1: ({ sums, perClass }, k) => (sums.truths[k]! + sums.predictions[k]! === 0 ? Number.NaN : perClass[k]!.f1),
  rocAuc: ({ areas }, k) => areas[k]!,
} satisfies Readonly<Record<string, (counted: Counted, k: number) => number>>;

/** Names of the figures of a whole set, in the order of {@link headlineStatistic}. */
export const HEADLINES = Object.keys(HEADLINE_TABLE) as (keyof typeof HEADLINE_TABLE)[];

/** Names of the figures of one class, in the order of {@link headlineStatistic}. */
export const CLASS_FIGURES = Object.keys(CLASS_TABLE) as (keyof typeof CLASS_TABLE)[];

/** Figures of the confusion matrix alone, whose limits come from those of the recalls, and the least they can be. */
export const MATRIX_FIGURES = {
  macroF1: { figure: (matrix: Matrix) => precisionRecallF1(matrix).macro.f1, least: 0 },
  kappa: { figure: (matrix: Matrix) => cohenKappa(matrix), least: -1 },
  matthews: { figure: matthewsIfKnown, least: -1 },
} as const;

// It reads 0 if all images are of one class or named so; but nothing is known where both are so.
function matthewsIfKnown(matrix: Matrix): number {
  const { truths } = margins(matrix);
  return truths.filter((count) => count > 0).length < 2 ? Number.NaN : matthews(matrix);
}

/** The answers of one model to images of known class. */
export interface Answers {
  readonly numClasses: number;
  /** True classes, `[N]`. */
  readonly labels: Int32Array;
  /** Predicted classes, `[N]`. */
  readonly predicted: Int32Array;
  /** `[N, K]`. */
  readonly probabilities: readonly (readonly number[])[];
}

/**
 * All figures at once for the bootstrap: {@link HEADLINES}, then {@link CLASS_FIGURES} of each class.
 *
 * Scores are ranked and losses taken once, so a resample costs one pass a class. Each call fills the same array.
 */
export function headlineStatistic({ numClasses, labels, predicted, probabilities }: Answers): WeightedStatistic {
  const losses = logLosses(labels, probabilities);
  const areaOf = Array.from({ length: numClasses }, (_, k) => {
    const positive = Uint8Array.from(labels, (label) => (label === k ? 1 : 0));
    return prepareAuc(
      positive,
      probabilities.map((row) => row[k]!),
    );
  });
  const present = new Set(labels).size;
  const confusion = prepareConfusion(labels, predicted, { numClasses });
  const headlines = Object.values(HEADLINE_TABLE);
  const ofClass = Object.values(CLASS_TABLE);
  const figures = new Float64Array(headlines.length + numClasses * ofClass.length);
  return (weights) => {
    const matrix = confusion(weights);
    const sums = margins(matrix);
    const counted: Counted = {
      matrix,
      sums,
      perClass: precisionRecallF1OfClasses(sums),
      areas: areaOf.map((area) => area(weights)),
      isShort: sums.truths.filter((count) => count > 0).length < present,
      logLoss: weightedMean(losses, weights),
    };
    let at = 0;
    for (const figure of headlines) figures[at++] = figure(counted);
    for (let k = 0; k < numClasses; k++) for (const figure of ofClass) figures[at++] = figure(counted, k);
    return figures;
  };
}

/** Accuracy and balanced accuracy for the bootstrap, `[2]`. */
export function accuracyStatistic({
  numClasses,
  labels,
  predicted,
}: Omit<Answers, "probabilities">): WeightedStatistic {
  const confusion = prepareConfusion(labels, predicted, { numClasses });
  return (weights) => {
    const matrix = confusion(weights);
    const sums = margins(matrix);
    return [accuracy(matrix, sums), balancedAccuracy(matrix, sums)];
  };
}

function weightedMean(values: Float64Array, weights: Uint32Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! * weights[i]!;
    total += weights[i]!;
  }
  return sum / total;
}
