import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { timedNow } from "@leukogram/engine/core/spans";
import type { Matrix } from "../metrics/checkInputs.ts";
import { classificationReport } from "../metrics/classificationReport.ts";
import { confusionMatrix } from "../metrics/confusionMatrix.ts";
import { countLoneStrata, stratifiedBootstrap } from "../metrics/limits/bootstrap.ts";
import { predictedClass, requirePredictions } from "./checkPredictions.ts";
import { type Answers, classEstimates, HEADLINES, headlineEstimates, headlineStatistic } from "./figures.ts";
import { FEWEST_FOR_LOSS, meanRecall } from "./limits.ts";
import type { Evaluation, Prediction, Predictions } from "./types.ts";

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
 * macro F1, as in scikit-learn. Log loss has limits, else NaN, for 40 images or groups of them or more. Figures that are not defined otherwise read 0, and a note says so.
 *
 * @throws LeukogramError ERR_DATA if no image has a known class or the predictions are not whole.
 *
 * @example
 * const predictions = await readPredictionsCsv("runs/cnn/predictions/test.csv");
 * const { accuracy } = evaluatePredictions(predictions);
 */
export function evaluatePredictions(predictions: Predictions, options: ResamplingOptions = {}): Evaluation {
  return timedNow("Compute metrics", () => evaluation(predictions, options));
}

function evaluation(predictions: Predictions, { resamples = 2000, seed = 0 }: ResamplingOptions): Evaluation {
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
  const images = { labels: answers.labels, groups: rows.map((row) => row.group) };
  const hits = rows.map((row) => predictedClass(row) === row.label);
  const perClass = classes.map((name, k) => {
    const isOf = rows.map((row) => row.label === k);
    const isNamed = rows.map((row) => predictedClass(row) === k);
    const support = isOf.filter(Boolean).length;
    return { class: name, support, ...classEstimates({ images, isOf, isNamed }, { drawn: estimates, k }) };
  });
  const recalls = meanRecall(images, hits, () => estimates[HEADLINES.indexOf("balancedAccuracy")]!);
  const areas = perClass.flatMap(({ rocAuc }) => rocAuc ?? []);
  return {
    count: rows.length,
    classes,
    ...headlineEstimates({ images, hits, matrix, recalls, areas }, estimates),
    perClass,
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
    throw new LeukogramError("ERR_DATA", `evaluate: none of the ${rows.length} images has a known class`, {
      hint: "Fill in the column label, or sort the images into folders named after their class.",
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

interface Judged {
  readonly predictions: Predictions;
  readonly rows: readonly KnownPrediction[];
  readonly matrix: Matrix;
  readonly estimates: readonly Estimate[];
}

function notesOf({ predictions: { classes, rows: all }, rows, matrix, estimates }: Judged): string[] {
  const notes: string[] = [];
  if (all.length > rows.length)
    notes.push(
      `${counted(all.length - rows.length, "image of unknown class is", "images of unknown class are")} left out.`,
    );
  const empty = classes.filter((_, k) => matrix[k]!.every((count) => count === 0));
  if (empty.length > 0) {
    notes.push(
      `No image has class ${empty.join(", ")}: balanced accuracy excludes the class, macro F1 counts it as 0, and the macro ` +
        "area under the ROC curve is not defined.",
    );
  }
  const few = classes.flatMap((name, k) => {
    const own = new Set(rows.flatMap(({ label, group }) => (label === k ? [group] : []))).size;
    return own > 0 && own < FEW ? [`${name} (${own})`] : [];
  });
  if (few.length > 0)
    notes.push(
      `There are few images, or groups of images, of ${few.join(", ")}: recall of these classes is very uncertain, and balanced accuracy gives them as much weight as the others.`,
    );
  const groups = new Set(rows.map((row) => row.group)).size;
  if (groups < FEWEST_FOR_LOSS)
    notes.push(
      `Log loss and Brier score: too few images for intervals (${counted(groups, "image or group", "images or groups")}, ${FEWEST_FOR_LOSS} are needed).`,
    );
  if (groups < rows.length) notes.push(`Intervals are based on ${groups} groups of images, resampled as groups.`);
  const lone = countLoneStrata(
    rows.map((row) => row.label),
    rows.map((row) => row.group),
  );
  if (lone > 0) {
    notes.push(
      `Classes, or mixes of classes, with a single image or group: ${lone}. Intervals ignore the variation within these.`,
    );
  }
  if (Number.isNaN(estimates[HEADLINES.indexOf("kappa")]!.value)) {
    notes.push("Kappa is not defined if all images are of one class and predicted correctly; it is reported as 0.");
  }
  return notes;
}
