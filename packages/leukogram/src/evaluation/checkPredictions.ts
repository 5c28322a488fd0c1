import { LeukogramError } from "@leukogram/engine/core/errors";
import { argmax } from "../metrics/topKAccuracy.ts";
import type { Prediction, Predictions } from "./types.ts";

/** By how much the probabilities of an image may miss a sum of 1. */
const SUM_TOLERANCE = 1e-3;

/** Index of the class that a model names for one image. */
export function predictedClass({ predicted, probabilities }: Prediction): number {
  return predicted ?? argmax(probabilities);
}

/** What is wrong with one image's predictions, or undefined if nothing is. */
export function findRowProblem(row: Prediction, classes: readonly string[]): string | undefined {
  const { file, label, probabilities } = row;
  const numClasses = classes.length;
  if (file === "") return "the file name is empty";
  if (label !== undefined && !isIndex(label, numClasses)) return `label ${label} is not a class index`;
  if (probabilities.length !== numClasses) {
    return `expected ${numClasses} probabilities, received ${probabilities.length}`;
  }
  const odd = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (odd !== undefined) return `probability ${odd} is not in [0, 1]`;
  const sum = probabilities.reduce((total, p) => total + p, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) return `the probabilities sum to ${sum}, not to 1 within ${SUM_TOLERANCE}`;
  const predicted = predictedClass(row);
  if (!isIndex(predicted, numClasses)) return `predicted ${predicted} is not a class index`;
  const most = argmax(probabilities);
  const [chosen, highest] = [probabilities[predicted]!, probabilities[most]!];
  if (chosen >= highest) return undefined;
  return `${classes[predicted]} is predicted with probability ${chosen}, but ${classes[most]} has ${highest}`;
}

/**
 * Makes sure that predictions are whole: classes named once, every row in order, no file twice.
 *
 * @throws LeukogramError ERR_DATA naming the first fault and its file.
 */
export function requirePredictions(where: string, { classes, rows }: Predictions): void {
  const problem = findClassesProblem(classes);
  if (problem !== undefined) throw new LeukogramError("ERR_DATA", `${where}: ${problem}`);
  const seen = new Set<string>();
  for (const row of rows) {
    const fault = findRowProblem(row, classes) ?? (seen.has(row.file) ? "the file is listed twice" : undefined);
    if (fault !== undefined) {
      throw new LeukogramError("ERR_DATA", `${where}: ${row.file}: ${fault}`, { hint: "Fix or remove that row." });
    }
    seen.add(row.file);
  }
}

/** What is wrong with a list of class names, or undefined if nothing is. */
export function findClassesProblem(classes: readonly string[]): string | undefined {
  if (classes.length < 2) return `expected 2 classes or more, received ${classes.length}`;
  const twice = classes.find((name, i) => classes.indexOf(name) !== i);
  if (twice !== undefined) return `class ${twice} is listed twice`;
  return classes.includes("") ? "a class has no name" : undefined;
}

function isIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}
