import type { Estimate } from "@leukogram/engine/core/estimate";
import { accuracy, balancedAccuracy } from "../metrics/accuracy.ts";
import { cohenKappa, matthews } from "../metrics/agreement.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { margins, prepareConfusion } from "../metrics/confusionMatrix.ts";
import type { WeightedStatistic } from "../metrics/limits/bootstrap.ts";
import { groupedShare } from "../metrics/limits/groupedShare.ts";
import { mean } from "../metrics/pairwiseSum.ts";
import { precisionRecallF1, precisionRecallF1OfClasses } from "../metrics/precisionRecallF1.ts";
import { logLosses, MOST_LOSS } from "../metrics/probabilityScores.ts";
import { prepareAuc } from "../metrics/rocAuc.ts";
import {
  areaEstimate,
  f1Estimate,
  type JudgedImages,
  lossEstimate,
  type MeanRecall,
  matrixEstimate,
  meanAreaEstimate,
} from "./limits.ts";

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

/** What the limits of a figure are found from. */
interface Judged {
  /** The figure of all images, with the limits of resampling. */
  readonly drawn: Estimate;
  readonly images: JudgedImages;
}

/** What those of a figure of a whole set are found from. */
interface JudgedSet extends Judged {
  /** Whether each answer is right, `[N]`. */
  readonly hits: readonly boolean[];
  readonly matrix: Matrix;
  readonly recalls: MeanRecall;
  /** Areas under the ROC curve of the classes that have one. */
  readonly areas: readonly Estimate[];
}

/** What those of a figure of one class are found from. */
interface JudgedClass extends Judged {
  /** Whether each image is of the class, `[N]`. */
  readonly isOf: readonly boolean[];
  /** Whether the model says so, `[N]`. */
  readonly isNamed: readonly boolean[];
}

/** A figure of a whole set. */
interface Figure {
  /** As in the middle of a sentence. */
  readonly title: string;
  /** Whether it reads in percent. */
  readonly isShare: boolean;
  /** NaN if it is undefined. */
  readonly value: (counted: Counted) => number;
  /** The figure with its 95 % limits. */
  readonly estimate: (judged: JudgedSet) => Estimate | undefined;
}

/** A figure of class k. */
interface ClassFigure {
  readonly value: (counted: Counted, k: number) => number;
  readonly estimate: (judged: JudgedClass) => Estimate | undefined;
}

/** Figures of a whole set: a row each is all there is to say of one. */
const HEADLINE_TABLE = {
  accuracy: {
    title: "accuracy",
    isShare: true,
    value: ({ matrix, sums }) => accuracy(matrix, sums),
    estimate: ({ hits, images }) => groupedShare(hits, images.groups),
  },
  balancedAccuracy: {
    title: "balanced accuracy",
    isShare: true,
    value: ({ matrix, sums }) => balancedAccuracy(matrix, sums),
    estimate: ({ recalls }) => recalls.estimate,
  },
  macroF1: {
    title: "macro F1",
    isShare: true,
    // A class that the resample lost would count 0, and nobody asked about it.
    value: ({ isShort, perClass }) => (isShort ? Number.NaN : mean(perClass.map(({ f1 }) => f1))),
    estimate: ofMatrix((matrix) => precisionRecallF1(matrix).macro.f1, 0),
  },
  /** Mean of the classes' areas, one against the rest; undefined if a class has no image. */
  macroRocAuc: {
    title: "macro ROC AUC",
    isShare: false,
    value: ({ areas }) => (areas.some(Number.isNaN) ? Number.NaN : mean(areas)),
    estimate: ({ areas, matrix, drawn }) =>
      areas.length === matrix.length ? meanAreaEstimate(areas, drawn) : undefined,
  },
  /** In nats; limits are NaN if fewer than 40 independent images are too few for them. */
  logLoss: {
    title: "log loss",
    isShare: false,
    value: ({ logLoss }) => logLoss,
    estimate: ({ images, drawn }) => lossEstimate(images, drawn, MOST_LOSS),
  },
  kappa: {
    title: "Cohen\u2019s kappa",
    isShare: false,
    value: ({ matrix, sums }) => cohenKappa(matrix, sums),
    estimate: ofMatrix(cohenKappa, -1),
  },
  matthews: {
    title: "Matthews correlation",
    isShare: false,
    value: ({ matrix, sums }) => matthews(matrix, sums),
    estimate: ofMatrix(matthewsIfKnown, -1),
  },
} satisfies Readonly<Record<string, Figure>>;

/** Figures of one class, one against the rest: a row each. */
const CLASS_TABLE = {
  precision: {
    value: ({ sums, perClass }, k) => (sums.predictions[k] === 0 ? Number.NaN : perClass[k]!.precision),
    estimate: ({ images, isOf, isNamed }) => shareAmong(images, isNamed, isOf),
  },
  recall: {
    value: ({ sums, perClass }, k) => (sums.truths[k] === 0 ? Number.NaN : perClass[k]!.recall),
    estimate: ({ images, isOf, isNamed }) => shareAmong(images, isOf, isNamed),
  },
  f1: {
    value: ({ sums, perClass }, k) => (sums.truths[k]! + sums.predictions[k]! === 0 ? Number.NaN : perClass[k]!.f1),
    estimate: ({ images, isOf, isNamed }) => f1Estimate(images, isOf, isNamed),
  },
  /** Area under the ROC curve; undefined if the class, or every other class, has no image. */
  rocAuc: {
    value: ({ areas }, k) => areas[k]!,
    estimate: ({ images, isOf, drawn }) => (Number.isNaN(drawn.value) ? undefined : areaEstimate(images, isOf, drawn)),
  },
} satisfies Readonly<Record<string, ClassFigure>>;

/** Name of a figure of a whole set. */
export type Headline = keyof typeof HEADLINE_TABLE;

/** Figures of a whole set, by name. */
export type Headlines = { readonly [Name in Headline]: ReturnType<(typeof HEADLINE_TABLE)[Name]["estimate"]> };

/** Figures of one class, by name. */
export type ClassEstimates = {
  readonly [Name in keyof typeof CLASS_TABLE]: ReturnType<(typeof CLASS_TABLE)[Name]["estimate"]>;
};

/** Names of the figures of a whole set, in the order of {@link headlineStatistic}. */
export const HEADLINES = Object.keys(HEADLINE_TABLE) as Headline[];

/** What a figure of a whole set is called, as in the middle of a sentence, and whether it reads in percent. */
export const headlineWords = (name: Headline): Pick<Figure, "title" | "isShare"> => HEADLINE_TABLE[name];

/** Estimates of all figures of a whole set; `drawn` as the bootstrap gives them for {@link headlineStatistic}. */
export function headlineEstimates(judged: Omit<JudgedSet, "drawn">, drawn: readonly Estimate[]): Headlines {
  return estimated<Headlines>(HEADLINE_TABLE, (row: Figure, i) => row.estimate({ ...judged, drawn: drawn[i]! }));
}

/** The same of the figures of class k. */
export function classEstimates(
  judged: Omit<JudgedClass, "drawn">,
  { drawn, k }: { readonly drawn: readonly Estimate[]; readonly k: number },
): ClassEstimates {
  const first = HEADLINES.length + k * Object.keys(CLASS_TABLE).length;
  return estimated<ClassEstimates>(CLASS_TABLE, (row: ClassFigure, i) =>
    row.estimate({ ...judged, drawn: drawn[first + i]! }),
  );
}

function estimated<Estimates>(
  table: Readonly<Record<string, unknown>>,
  estimate: (row: never, i: number) => Estimate | undefined,
): Estimates {
  const rows = Object.entries(table).map(([name, row], i) => [name, estimate(row as never, i)]);
  return Object.fromEntries(rows) as Estimates;
}

/** Limits of a figure of the confusion matrix alone come from those of the recalls; `least` is the least it can be. */
function ofMatrix(figure: (matrix: Matrix) => number, least: number) {
  return ({ drawn: { value }, matrix, recalls }: JudgedSet): Estimate =>
    matrixEstimate(matrix, { value: Number.isNaN(value) ? 0 : value, figure, least }, recalls);
}

// It reads 0 if all images are of one class or named so; but nothing is known where both are so.
function matthewsIfKnown(matrix: Matrix): number {
  const { truths } = margins(matrix);
  return truths.filter((count) => count > 0).length < 2 ? Number.NaN : matthews(matrix);
}

function shareAmong({ groups }: JudgedImages, among: readonly boolean[], hits: readonly boolean[]): Estimate {
  return groupedShare(
    hits.filter((_, i) => among[i]),
    groups.filter((_, i) => among[i]),
  );
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
 * All figures at once for the bootstrap: {@link HEADLINES}, then those of each class.
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
    for (const { value } of headlines) figures[at++] = value(counted);
    for (let k = 0; k < numClasses; k++) for (const { value } of ofClass) figures[at++] = value(counted, k);
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
