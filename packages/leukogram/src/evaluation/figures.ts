import { accuracy, balancedAccuracy } from "../metrics/accuracy.ts";
import { cohenKappa, matthews } from "../metrics/agreement.ts";
import type { WeightedStatistic } from "../metrics/bootstrap.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { margins, prepareConfusion } from "../metrics/confusionMatrix.ts";
import { mean } from "../metrics/pairwiseSum.ts";
import { precisionRecallF1, precisionRecallF1OfClasses } from "../metrics/precisionRecallF1.ts";
import { logLosses } from "../metrics/probabilityScores.ts";
import { prepareAuc } from "../metrics/rocAuc.ts";

/** Figures of a whole set, in the order of {@link headlineStatistic}. */
export const HEADLINES = [
  "accuracy",
  "balancedAccuracy",
  "macroF1",
  "macroRocAuc",
  "logLoss",
  "kappa",
  "matthews",
] as const;

/** Figures of one class, in the order of {@link headlineStatistic}. */
export const CLASS_FIGURES = ["precision", "recall", "f1", "rocAuc"] as const;

/** Figures of the confusion matrix alone, whose limits come from those of the recalls, and the least they can be. */
export const MATRIX_FIGURES = {
  macroF1: { figure: (matrix: Matrix) => precisionRecallF1(matrix).macro.f1, least: 0 },
  kappa: { figure: (matrix: Matrix) => cohenKappa(matrix), least: -1 },
  matthews: { figure: matthewsIfKnown, least: -1 },
} as const;

// It reads 0 where all images are of one class or named so; but nothing is known where both are so.
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
 * Scores are ranked and losses taken once, so a resample costs one pass a class. NaN where a figure is undefined; so
 * is macro F1 of a resample that lost a class, which would count 0 for a class that nobody asked about. Each call fills
 * the same array.
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
  const figures = new Float64Array(HEADLINES.length + numClasses * CLASS_FIGURES.length);
  return (weights) => {
    const matrix = confusion(weights);
    const sums = margins(matrix);
    const { truths, predictions } = sums;
    const perClass = precisionRecallF1OfClasses(sums);
    const areas = areaOf.map((area) => area(weights));
    const lost = truths.filter((count) => count > 0).length < present;
    figures[0] = accuracy(matrix, sums);
    figures[1] = balancedAccuracy(matrix, sums);
    figures[2] = lost ? Number.NaN : mean(perClass.map(({ f1 }) => f1));
    // A class without images has no area, and then the mean has none.
    figures[3] = areas.some(Number.isNaN) ? Number.NaN : mean(areas);
    figures[4] = weightedMean(losses, weights);
    figures[5] = cohenKappa(matrix, sums);
    figures[6] = matthews(matrix, sums);
    let at = HEADLINES.length;
    for (let k = 0; k < numClasses; k++) {
      const { precision, recall, f1 } = perClass[k]!;
      figures[at++] = predictions[k] === 0 ? Number.NaN : precision;
      figures[at++] = truths[k] === 0 ? Number.NaN : recall;
      figures[at++] = truths[k]! + predictions[k]! === 0 ? Number.NaN : f1;
      figures[at++] = areas[k]!;
    }
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
