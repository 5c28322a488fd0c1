// Figures by laboratory, as commands print them.

import type { LaboratoryEvaluation, LaboratoryFigures } from "../evaluation/laboratories/laboratories.ts";
import { percentEstimate } from "../report/text/format.ts";
import { textTable } from "../report/text/textTable.ts";

/** The headlines of one laboratory, for JSON. */
export function laboratoryHeadline<T extends LaboratoryEvaluation>({ evaluation, ...known }: T) {
  const { count, accuracy, balancedAccuracy } = evaluation;
  return { ...known, count, accuracy, balancedAccuracy };
}

/** The same of all laboratories as lines of text. */
export function laboratoryLines(all: readonly LaboratoryEvaluation[]): string {
  const rows = all.map(({ laboratory, evaluation: { count, accuracy, balancedAccuracy } }) => [
    laboratory,
    String(count),
    percentEstimate(accuracy),
    percentEstimate(balancedAccuracy),
  ]);
  return textTable([["Laboratory", "Images", "Accuracy", "Balanced accuracy"], ...rows]);
}

/** Figures by laboratory as `train --json` prints them: headlines alone; the rest is in metrics/laboratories.json. */
export function laboratoryHeadlines({ validation, test, neverSeen, leaveOneOut }: LaboratoryFigures) {
  return {
    validation: validation.map(laboratoryHeadline),
    test: test.map(laboratoryHeadline),
    neverSeen: neverSeen.map(laboratoryHeadline),
    ...(leaveOneOut && {
      leaveOneOut: { laboratories: leaveOneOut.laboratories.map(laboratoryHeadline), notes: leaveOneOut.notes },
    }),
  };
}
