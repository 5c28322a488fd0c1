import type { Estimate } from "@leukogram/engine/core/estimate";
import type { ClassFigures } from "../evaluation/types.ts";

/** The figures of a class that reports show, in their order. */
export const CLASS_COLUMNS = [
  { key: "precision", title: "Precision", meaning: "share of correct predictions of this class" },
  { key: "recall", title: "Recall", meaning: "share of this class that is found" },
  { key: "f1", title: "F1", meaning: "harmonic mean of precision and recall" },
] as const;

/** Which figure of a class. */
export type ClassFigure = (typeof CLASS_COLUMNS)[number]["key"];

/** A figure of a class; undefined if no image of that class was there to be found. */
export function classFigure(row: ClassFigures, key: ClassFigure): Estimate | undefined {
  // scikit-learn's convention is 0 there, which would read as "all were missed".
  return row.support === 0 && key !== "precision" ? undefined : row[key];
}
