import { LeukogramError } from "../core/errors.ts";
import type { Estimate } from "../core/estimate.ts";
import { Rng } from "../core/rng.ts";
import { countLoneStrata, stratifiedBootstrap } from "../metrics/bootstrap.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { classificationReport } from "../metrics/classificationReport.ts";
import { confusionMatrix } from "../metrics/confusionMatrix.ts";
import { clopperPearson } from "../metrics/proportion.ts";
import { predictedClass, requirePredictions } from "./checkPredictions.ts";
import { type Answers, CLASS_FIGURES, HEADLINES, headlineStatistic } from "./figures.ts";
import type { ClassFigures, Evaluation, Prediction, Predictions } from "./types.ts";

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
    accuracy: exactAtTheEnds(headline("accuracy"), rows),
    balancedAccuracy: headline("balancedAccuracy"),
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
    precision: exactAtTheEnds(figure("precision"), asClass),
    recall: exactAtTheEnds(figure("recall"), ofClass),
    f1: Number.isNaN(f1.value) ? { value: 0, low: 0, high: 1 } : f1,
    rocAuc: definedOnly(figure("rocAuc")),
  };
}

// Groups, not images, are what is independent; none at all leaves the limits at 0 and 1.
function exactAtTheEnds(share: Estimate, rows: readonly KnownPrediction[]): Estimate {
  const value = Number.isNaN(share.value) ? 0 : share.value;
  if (value > 0 && value < 1) return share;
  const groups = new Set(rows.map((row) => row.group)).size;
  return { value, ...clopperPearson(value * groups, groups) };
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

// Shares of images, whose limits exactAtTheEnds widens.
function isShare(figure: number): boolean {
  if (figure < HEADLINES.length) return HEADLINES[figure] === "accuracy";
  const which = CLASS_FIGURES[(figure - HEADLINES.length) % CLASS_FIGURES.length];
  return which === "precision" || which === "recall";
}
