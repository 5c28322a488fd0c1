// Leave-one-laboratory-out as a part of `train`.

import { counted } from "@leukogram/engine/core/counted";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { laboratoryNames } from "../data/laboratories.ts";
import type { LaboratoryEvaluation, LaboratoryFigures, LeaveOneOut, Parts } from "../evaluation/laboratories.ts";
import { leaveOneLaboratoryOut } from "../evaluation/leaveOneLaboratoryOut.ts";
import { percentEstimate } from "../report/format.ts";
import { textTable } from "../report/textTable.ts";
import { runFiles } from "../run/runFolder.ts";
import type { Recipe } from "../training/recipe.ts";
import type { Progress } from "./progress.ts";

/** What {@link leaveOut} takes beside data and recipe. */
export interface LeaveOutOptions {
  /** The run folder; its laboratories/ gets a folder for each laboratory. */
  readonly out: string;
  readonly root: string;
  readonly weights: string | undefined;
  readonly session: SessionOptions;
  readonly skipBad: boolean;
  readonly resume: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Trains once without each laboratory and judges on it; undefined if there are fewer than two to learn from.
 *
 * @throws as `leaveOneLaboratoryOut`.
 */
export async function leaveOut(
  parts: Parts,
  recipe: Recipe,
  { out, progress, ...options }: LeaveOutOptions,
): Promise<LeaveOneOut | undefined> {
  const names = laboratoryNames([...parts.train, ...parts.validation]);
  if (names.length < 2) return undefined;
  progress.line(
    `Leaving one laboratory out: ${names.length} more trainings with the same recipe, without ${names.join(", without ")}`,
  );
  return leaveOneLaboratoryOut(parts, recipe, {
    ...options,
    out: runFiles(out).laboratories,
    onLaboratory: ({ laboratory, train }, { done }) =>
      progress.line(
        done
          ? `Without ${laboratory}: already done`
          : `Without ${laboratory}: ${counted(train.samples.length, "image")} for training`,
      ),
    onStage: progress.stage,
    onProgress: progress.step,
    onEpoch: (row) => progress.epoch(row, recipe.epochs),
  });
}

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
