import { spread } from "@leukogram/engine/core/spread";
import { predictedClass } from "../checkPredictions.ts";
import type { Prediction, Predictions } from "../types.ts";

/** Cells that a reader should see, each list at most as long as the constants below say. */
export interface ChosenCells {
  /** Wrong answers, the surest first. */
  readonly mistakes: readonly Prediction[];
  /** Answers of the lowest probability, right or wrong, the least sure first. */
  readonly unsure: readonly Prediction[];
  /** Of each class, in the order of classes, right answers spread over the files; where labels are not known, answers. */
  readonly typical: readonly (readonly Prediction[])[];
}

/** Wrong answers, and unsure ones, that are chosen at most. */
export const MOST_SHOWN = 8;
/** Right answers of a class that are chosen at most. */
export const MOST_OF_A_CLASS = 3;

const byFile = (a: Prediction, b: Prediction) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0);

/** The probability of the class that was named. */
export const sureness = (row: Prediction): number => row.probabilities[predictedClass(row)]!;

/** Chooses cells to look at: the same for the same answers, in whatever order they come. */
export function chooseCells({ classes, rows }: Predictions): ChosenCells {
  const sorted = [...rows].sort(byFile);
  const isWrong = (row: Prediction) => row.label !== undefined && predictedClass(row) !== row.label;
  const rising = [...sorted].sort((a, b) => sureness(a) - sureness(b));
  const falling = [...sorted].sort((a, b) => sureness(b) - sureness(a));
  return {
    mistakes: falling.filter(isWrong).slice(0, MOST_SHOWN),
    unsure: rising.slice(0, MOST_SHOWN),
    typical: classes.map((_, k) =>
      spread(
        sorted.filter((row) => predictedClass(row) === k && !isWrong(row)),
        MOST_OF_A_CLASS,
      ),
    ),
  };
}
