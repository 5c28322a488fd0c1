// Whether labelled cells may correct a count: answers of the same model, to other cells.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { predictedClass } from "../evaluation/checkPredictions.ts";
import type { Prediction, Predictions } from "../evaluation/types.ts";
import type { Matrix } from "../metrics/checkInputs.ts";
import { confusionMatrix } from "../metrics/confusionMatrix.ts";
import { isCountable } from "./countCells.ts";

/** How a model errs, by labelled cells. */
export interface Correction {
  /** Rows are true classes, columns what the model says, [K, K]. */
  readonly confusion: Matrix;
  /** Labelled cells. */
  readonly labelled: number;
  /** Whether it is known that the model is the one that counts. */
  readonly isSameModel: boolean;
}

/**
 * What labelled cells say of how the model errs that counted, of answers that are sure enough.
 *
 * @throws ERR_DATA if they are another model's, have other classes, or are of cells that are counted.
 */
export function correctionBy(judged: Predictions, counted: Predictions, reject: number): Correction {
  requireJudged(judged, counted);
  const labelled = judged.rows.filter(({ label }) => label !== undefined);
  const known = labelled.filter((row) => isCountable(row, reject));
  const { classes } = counted;
  const labels = known.map(({ label }) => label!);
  const confusion =
    known.length === 0
      ? classes.map(() => classes.map(() => 0))
      : confusionMatrix(labels, known.map(predictedClass), { numClasses: classes.length });
  return { confusion, labelled: labelled.length, isSameModel: judged.model !== undefined };
}

/** Answers of one model to one picture differ by no more than this share of themselves. */
const TOLERANCE = 1e-3;

/**
 * Makes sure that `judged` says how the model errs that counted: its own answers, to cells that are not counted.
 *
 * @throws ERR_DATA if they are another model's, have other classes, or are of cells that are counted.
 */
function requireJudged(judged: Predictions, counted: Predictions): void {
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_DATA", `differential: ${message}`, { hint });
  };
  if (judged.model !== undefined && counted.model !== undefined && judged.model !== counted.model)
    refuse(
      `--judged comes from another model (${judged.model}) than the count (${counted.model})`,
      "Evaluate the model that counts: leukogram evaluate MODEL --data LABELLED --out DIR.",
    );
  if (judged.classes.join() !== counted.classes.join())
    refuse(
      `--judged has the classes ${judged.classes.join(", ")}, but the model has ${counted.classes.join(", ")}`,
      "Evaluate the same model.",
    );
  const both = countedToo(judged.rows, counted.rows);
  if (both.length > 0)
    refuse(
      `${both.length} of the ${judged.rows.length} cells of --judged are also counted, such as ${both[0]}`,
      "Give labelled cells that are not in the count.",
    );
}

// Folders are named from different places: the same file name and the same answer make the same cell.
function countedToo(judged: readonly Prediction[], counted: readonly Prediction[]): string[] {
  const byName = new Map<string, Prediction[]>();
  for (const row of counted) {
    const held = byName.get(nameOf(row));
    if (held === undefined) byName.set(nameOf(row), [row]);
    else held.push(row);
  }
  return judged.flatMap((row) =>
    byName.get(nameOf(row))?.some((other) => isSameAnswer(row.probabilities, other.probabilities)) ? [row.file] : [],
  );
}

const nameOf = ({ file }: Prediction) => file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);

function isSameAnswer(first: readonly number[], second: readonly number[]): boolean {
  return first.every((p, k) => Math.abs(p - second[k]!) <= TOLERANCE * Math.max(p, second[k]!));
}
