import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { countLoneStrata, stratifiedBootstrap } from "../metrics/bootstrap.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { classificationReport } from "../metrics/classificationReport.ts";
import { confusionMatrix } from "../metrics/confusionMatrix.ts";
import { groupedShare, meanOfShares } from "../metrics/groupedShare.ts";
import { predictedClass, requirePredictions } from "./checkPredictions.ts";
import { type Answers, CLASS_FIGURES, HEADLINES, headlineStatistic } from "./figures.ts";
import type { ClassFigures, Evaluation, Prediction, Predictions } from "./types.ts";

/** A class of fewer independent images than this is named in a note. */
const FEW = 10;

/** Options of {@link evaluatePredictions} and of comparisons. */
export interface ResamplingOptions {
  /** Bootstrap resamples, default 2000. */
  readonly resamples?: number;
  /** Default 0; equal seeds give equal limits, in whatever order the images come. */
  readonly seed?: number;
}

/**
 * All figures of one model on one set of images, with 95 % limits.
 *
 * Images are resampled inside their true class, images of one group together. Images of unknown class are left out.
 * A class without images has no area under its ROC curve, does not count for balanced accuracy, and counts 0 for
 * macro F1, as in scikit-learn. Figures that are not defined otherwise read 0, and a note says so.
 *
 * @throws LeukogramError ERR_DATA if no image has a known class or the predictions are not whole.
 *
 * @example
 * const predictions = await readPredictionsCsv("runs/cnn/predictions/test.csv");
 * const { accuracy } = evaluatePredictions(predictions);
 */
export function evaluatePredictions(
  predictions: Predictions,
  { resamples = 2000, seed = 0 }: ResamplingOptions = {},
): Evaluation {
  requirePredictions("evaluate", predictions);
  const { classes } = predictions;
  const rows = knownRows(predictions);
  const answers = toAnswers(rows, classes.length);
  const matrix = confusionMatrix(answers.labels, answers.predicted, { numClasses: classes.length });
  const estimates = stratifiedBootstrap(answers.labels, headlineStatistic(answers), {
    rng: new Rng(seed).fork("bootstrap"),
    resamples,
    groups: rows.map((row) => row.group),
  });
  const headline = (name: (typeof HEADLINES)[number]) => estimates[HEADLINES.indexOf(name)]!;
  return {
    count: rows.length,
    classes,
    accuracy: shareOf(rows, (row) => predictedClass(row) === row.label),
    balancedAccuracy: balancedAccuracyOf(rows, headline("balancedAccuracy")),
    macroF1: headline("macroF1"),
    macroRocAuc: definedOnly(headline("macroRocAuc")),
    logLoss: headline("logLoss"),
    kappa: Number.isNaN(headline("kappa").value) ? { value: 0, low: 0, high: 0 } : headline("kappa"),
    matthews: headline("matthews"),
    perClass: classes.map((name, k) => classFigures(name, k, { estimates, rows })),
    confusionMatrix: matrix,
    report: classificationReport(matrix, classes),
    notes: notesOf({ predictions, rows, matrix, estimates }),
  };
}

/**
 * The images of known class in the order of their names, so that no limit depends on who wrote the rows when.
 *
 * @throws LeukogramError ERR_DATA if there are none.
 */
export function knownRows({ rows }: Predictions): KnownPrediction[] {
  const known = rows.filter((row): row is KnownPrediction => row.label !== undefined);
  if (known.length === 0) {
    throw new LeukogramError("ERR_DATA", `evaluate: none of ${rows.length} images has a known class`, {
      hint: "Fill the column label, or keep images in folders named after their class.",
    });
  }
  return known.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** A prediction of an image whose true class is known. */
export type KnownPrediction = Prediction & { readonly label: number };

/** Lays predictions out as the metrics want them. */
export function toAnswers(rows: readonly KnownPrediction[], numClasses: number): Answers {
  return {
    numClasses,
    labels: Int32Array.from(rows, (row) => row.label),
    predicted: Int32Array.from(rows, predictedClass),
    probabilities: rows.map((row) => row.probabilities),
  };
}

interface Bootstrapped {
  readonly estimates: readonly Estimate[];
  readonly rows: readonly KnownPrediction[];
}

function classFigures(name: string, k: number, { estimates, rows }: Bootstrapped): ClassFigures {
  const figure = (which: (typeof CLASS_FIGURES)[number]) =>
    estimates[HEADLINES.length + k * CLASS_FIGURES.length + CLASS_FIGURES.indexOf(which)]!;
  const ofClass = rows.filter((row) => row.label === k);
  const asClass = rows.filter((row) => predictedClass(row) === k);
  const f1 = figure("f1");
  return {
    class: name,
    support: ofClass.length,
    precision: shareOf(asClass, (row) => row.label === k),
    recall: shareOf(ofClass, (row) => predictedClass(row) === k),
    f1: Number.isNaN(f1.value) ? { value: 0, low: 0, high: 1 } : f1,
    rocAuc: definedOnly(figure("rocAuc")),
  };
}

// Resampling cannot invent a mistake that was not made, nor mend one: it is too sure of few images.
function shareOf(rows: readonly KnownPrediction[], isHit: (row: KnownPrediction) => boolean): Estimate {
  return groupedShare(
    rows.map(isHit),
    rows.map((row) => row.group),
  );
}

// Recalls are independent where no group is of several classes; elsewhere the resampled limits know better.
function balancedAccuracyOf(rows: readonly KnownPrediction[], resampled: Estimate): Estimate {
  const labels = [...new Set(rows.map((row) => row.label))];
  const recalls = labels.map((label) =>
    shareOf(
      rows.filter((row) => row.label === label),
      (row) => predictedClass(row) === label,
    ),
  );
  const { low, high } = meanOfShares(recalls);
  const isMixed =
    new Set(rows.map(({ group, label }) => `${label} ${group}`)).size > new Set(rows.map(({ group }) => group)).size;
  const { value } = resampled;
  // Groups of several classes err together, as accuracy shows, where resampling sees no mistake too.
  const all = shareOf(rows, (row) => predictedClass(row) === row.label);
  const [below, above] = [value - (all.value - all.low), value + (all.high - all.value)];
  return isMixed
    ? {
        value,
        low: Math.max(0, Math.min(low, resampled.low, below)),
        high: Math.min(1, Math.max(high, resampled.high, above)),
      }
    : { value, low: Math.min(low, value), high: Math.max(high, value) };
}

function definedOnly(estimate: Estimate): Estimate | undefined {
  return Number.isNaN(estimate.value) ? undefined : estimate;
}

interface Judged extends Bootstrapped {
  readonly predictions: Predictions;
  readonly matrix: Matrix;
}

function notesOf({ predictions: { classes, rows: all }, rows, matrix, estimates }: Judged): string[] {
  const notes: string[] = [];
  if (all.length > rows.length) notes.push(`${all.length - rows.length} images of unknown class are left out.`);
  const empty = classes.filter((_, k) => matrix[k]!.every((count) => count === 0));
  if (empty.length > 0) {
    notes.push(
      `No image is of class ${empty.join(", ")}: balanced accuracy leaves it out, macro F1 counts it 0, and the macro ` +
        "area under the ROC curve is not defined.",
    );
  }
  const few = classes.flatMap((name, k) => {
    const own = new Set(rows.flatMap(({ label, group }) => (label === k ? [group] : []))).size;
    return own > 0 && own < FEW ? [`${name} (${own})`] : [];
  });
  if (few.length > 0)
    notes.push(
      `Few images, or groups of them, are of ${few.join(", ")}: how well these are recognised is hardly known, and balanced accuracy gives them as much weight as the others.`,
    );
  const groups = new Set(rows.map((row) => row.group)).size;
  if (groups < rows.length) notes.push(`Limits rest on ${groups} groups of images, resampled whole.`);
  const lone = countLoneStrata(
    rows.map((row) => row.label),
    rows.map((row) => row.group),
  );
  if (lone > 0) {
    notes.push(`Classes, or mixes of classes, with a single image or group: ${lone}. Limits neglect how those vary.`);
  }
  if (estimates.some(({ value, low, high }, i) => value === low && value === high && !isShare(i))) {
    notes.push("Limits that are a point say nothing of certainty: resampling cannot invent a mistake or mend one.");
  }
  if (Number.isNaN(estimates[HEADLINES.indexOf("kappa")]!.value)) {
    notes.push("Kappa is not defined where all images are of one class and named so; it reads 0.");
  }
  return notes;
}

// Shares of images and their mean, whose limits are not resampled.
function isShare(figure: number): boolean {
  if (figure < HEADLINES.length) return ["accuracy", "balancedAccuracy"].includes(HEADLINES[figure]!);
  const which = CLASS_FIGURES[(figure - HEADLINES.length) % CLASS_FIGURES.length];
  return which === "precision" || which === "recall";
}
