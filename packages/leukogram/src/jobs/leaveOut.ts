// Leave-one-laboratory-out as a part of a training.
import { counted } from "@leukogram/engine/core/counted";
import { laboratoryNames } from "../data/laboratories.ts";
import type { LeaveOneOut, Parts } from "../evaluation/laboratories/laboratories.ts";
import { type LeaveOneOutOptions, leaveOneLaboratoryOut } from "../evaluation/laboratories/leaveOneLaboratoryOut.ts";
import { runFiles } from "../run/runFolder.ts";
import type { Recipe } from "../training/recipe/recipe.ts";
import type { JobTeller } from "./jobTeller.ts";

/** What {@link leaveOut} takes beside data and recipe. */
export interface LeaveOutOptions
  extends Pick<LeaveOneOutOptions, "root" | "weights" | "session" | "skipBad" | "resume" | "signal"> {
  /** The run folder; its laboratories/ gets a folder for each laboratory. */
  readonly out: string;
  readonly tell: JobTeller;
}

/**
 * Trains once without each laboratory and judges on it; undefined if there are fewer than two to learn from.
 *
 * @throws as `leaveOneLaboratoryOut`.
 */
export async function leaveOut(
  parts: Parts,
  recipe: Recipe,
  { out, tell, ...options }: LeaveOutOptions,
): Promise<LeaveOneOut | undefined> {
  const names = laboratoryNames([...parts.train, ...parts.validation]);
  if (names.length < 2) return undefined;
  tell.line(
    `Leaving one laboratory out: ${names.length} more trainings with the same recipe, without ${names.join(", without ")}`,
  );
  return leaveOneLaboratoryOut(parts, recipe, {
    ...options,
    out: runFiles(out).laboratories,
    onLaboratory: ({ laboratory, train }, { done }) =>
      tell.line(
        done
          ? `Without ${laboratory}: done before`
          : `Without ${laboratory}: ${counted(train.samples.length, "image")} for training`,
      ),
    onStage: tell.stage,
    onProgress: tell.step,
    onEpoch: tell.epochOf(recipe.epochs),
  });
}
