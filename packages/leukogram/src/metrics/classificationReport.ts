import { LeukogramError } from "@leukogram/engine/core/errors";
import { accuracy } from "./accuracy.ts";
import { type Matrix, requireMatrix, requireSetting } from "./checkInputs.ts";
import { formatFixed } from "./formatFixed.ts";
import { type PrecisionRecallF1, precisionRecallF1 } from "./precisionRecallF1.ts";

/** One row of the report as scikit-learn spells it. */
export interface ReportRow {
  readonly precision: number;
  readonly recall: number;
  readonly "f1-score": number;
  readonly support: number;
}

/** The report as data: one row a class under its name, the accuracy, and two averages. */
export interface ReportDict {
  readonly accuracy: number;
  readonly "macro avg": ReportRow;
  readonly "weighted avg": ReportRow;
  readonly [heading: string]: ReportRow | number;
}

/**
 * The text that scikit-learn's `classification_report(..., zero_division=0)` gives, to the letter.
 *
 * @param matrix counts, true classes by predicted ones, `[K, K]`.
 * @param classes K names.
 * @throws LeukogramError ERR_SHAPE if the names are not as many as the rows, ERR_DATA if a count is no number of 0 or more, ERR_USAGE if `digits` is not in [0, 100].
 *
 * @example
 * const matrix = confusionMatrix([0, 0, 1], [0, 1, 1], { numClasses: 2 });
 * const text = classificationReport(matrix, ["Lymphocyte", "Monocyte"]);
 */
export function classificationReport(matrix: Matrix, classes: readonly string[], { digits = 2 } = {}): string {
  requireNames("classificationReport", matrix, classes);
  requireSetting("classificationReport", ["digits", digits], { least: 0, most: 100, whole: true });
  const { perClass, macro, weighted } = precisionRecallF1(matrix);
  const width = Math.max("weighted avg".length, digits, ...classes.map((name) => [...name].length));
  const line = (name: string, cells: readonly string[]) =>
    `${padLeft(name, width)} ${cells.map((cell) => ` ${padLeft(cell, 9)}`).join("")}\n`;
  // Where no image is right, scikit-learn counts in floating point, and it shows.
  const count = (images: number) => (perClass.every((row) => row.recall === 0) ? images.toFixed(1) : String(images));
  const row = (name: string, figures: PrecisionRecallF1) => {
    const shares = [figures.precision, figures.recall, figures.f1].map((share) => formatFixed(share, digits));
    return line(name, [...shares, count(figures.support)]);
  };
  return [
    line("", ["precision", "recall", "f1-score", "support"]),
    "\n",
    ...perClass.map((figures, i) => row(classes[i]!, figures)),
    "\n",
    line("accuracy", ["", "", formatFixed(accuracy(matrix), digits), count(macro.support)]),
    row("macro avg", macro),
    row("weighted avg", weighted),
  ].join("");
}

/**
 * What scikit-learn's `classification_report(..., output_dict=True, zero_division=0)` gives.
 *
 * @throws LeukogramError ERR_SHAPE if the names are not as many as the rows, ERR_DATA if a count is no number of 0 or more.
 */
export function classificationReportDict(matrix: Matrix, classes: readonly string[]): ReportDict {
  requireNames("classificationReportDict", matrix, classes);
  const { perClass, macro, weighted } = precisionRecallF1(matrix);
  return {
    ...Object.fromEntries(perClass.map((figures, i) => [classes[i]!, toRow(figures)])),
    accuracy: accuracy(matrix),
    "macro avg": toRow(macro),
    "weighted avg": toRow(weighted),
  };
}

function toRow({ precision, recall, f1, support }: PrecisionRecallF1): ReportRow {
  return { precision, recall, "f1-score": f1, support };
}

// Python counts code points where String.padStart counts UTF-16 units.
function padLeft(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - [...text].length)) + text;
}

function requireNames(where: string, matrix: Matrix, classes: readonly string[]): void {
  requireMatrix(where, matrix);
  if (matrix.length === classes.length) return;
  const message = `${where}: expected ${matrix.length} class names, received ${classes.length}`;
  throw new LeukogramError("ERR_SHAPE", message, { hint: "Give one name per row of the matrix." });
}
