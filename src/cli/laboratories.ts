// Leave-one-laboratory-out as a part of `train`.
import { join } from "node:path";
import { laboratoryNames } from "../data/laboratories.ts";
import type { LaboratoryFigures, LeaveOneOut, Parts } from "../evaluation/laboratories.ts";
import { leaveOneLaboratoryOut } from "../evaluation/leaveOneLaboratoryOut.ts";
import type { SessionOptions } from "../runtime/session.ts";
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
 * Trains once without each laboratory and judges on it; undefined where there are fewer than two.
 *
 * @throws as `leaveOneLaboratoryOut`.
 */
export async function leaveOut(
  parts: Parts,
  recipe: Recipe,
  { out, progress, ...options }: LeaveOutOptions,
): Promise<LeaveOneOut | undefined> {
  const names = laboratoryNames([...parts.train, ...parts.validation, ...(parts.test ?? [])]);
  if (names.length < 2) return undefined;
  progress.line(
    `Leaving one laboratory out: ${names.length} more trainings, of the same recipe without ${names.join(", without ")}`,
  );
  return leaveOneLaboratoryOut(parts, recipe, {
    ...options,
    out: join(out, "laboratories"),
    onLaboratory: ({ laboratory, train }, { done }) =>
      progress.line(
        done
          ? `Without ${laboratory}: done before`
          : `Without ${laboratory}: ${train.samples.length} images to learn from`,
      ),
    onStage: progress.stage,
    onProgress: progress.step,
    onEpoch: (row) => progress.epoch(row, recipe.epochs),
  });
}

/** Figures by laboratory as `train --json` prints them: headlines alone; the rest is in metrics/laboratories.json. */
export function laboratoryHeadlines({ validation, test, leaveOneOut }: LaboratoryFigures) {
  const headlines = <T extends LaboratoryFigures["test"][number]>({ evaluation, ...known }: T) => {
    const { count, accuracy, balancedAccuracy } = evaluation;
    return { ...known, count, accuracy, balancedAccuracy };
  };
  return {
    validation: validation.map(headlines),
    test: test.map(headlines),
    ...(leaveOneOut && {
      leaveOneOut: { laboratories: leaveOneOut.laboratories.map(headlines), notes: leaveOneOut.notes },
    }),
  };
}
