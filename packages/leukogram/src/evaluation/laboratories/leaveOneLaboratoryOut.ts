import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { runFiles } from "../../run/runFolder.ts";
import type { Recipe } from "../../training/recipe/recipe.ts";
import type { TrainEvents, TrainOptions } from "../../training/trainOptions.ts";
import { evaluatePredictions } from "../evaluate.ts";
import type { Evaluation } from "../types.ts";
import {
  type LaboratoryFold,
  type LeaveOneOut,
  laboratoryFolds,
  type Parts,
  type UnseenLaboratory,
} from "./laboratories.ts";
import { trainAndAnswer } from "./trainAndAnswer.ts";

/** What {@link leaveOneLaboratoryOut} takes beside data and recipe. */
export interface LeaveOneOutOptions extends Omit<TrainEvents, "onReady"> {
  /** Folder that gets a folder for each laboratory. */
  readonly out: string;
  /** The absolute path that the samples' files are relative to. */
  readonly root: string;
  readonly weights?: string | undefined;
  readonly session?: SessionOptions;
  readonly skipBad?: boolean;
  /** Go on with what `out` holds: finished laboratories are read, a stopped training goes on. */
  readonly resume?: boolean;
  readonly signal?: StopSignal | undefined;
  /** Called before the training without a laboratory; `done` is set where its figures are there already. */
  readonly onLaboratory?: (fold: LaboratoryFold, state: { readonly done: boolean }) => void;
}

/**
 * For each laboratory trains the same recipe on the images of all others and judges the model on it: what to expect of
 * a laboratory that is not in the data. Each gets the folder `out`/NAME with history.csv, checkpoints/, the model,
 * predictions.csv and, last, metrics.json.
 *
 * A laboratory is passed over, and a note says so, where no other laboratory has any of its classes, or fewer than two
 * classes are left to learn without it.
 *
 * @throws LeukogramError ERR_DATA if there are fewer than two laboratories; and as `trainModel`.
 */
export async function leaveOneLaboratoryOut(
  parts: Parts,
  recipe: Recipe,
  { onLaboratory, ...options }: LeaveOneOutOptions,
): Promise<LeaveOneOut> {
  const folds = laboratoryFolds(parts, options.root);
  if (folds.length < 2)
    throw new LeukogramError("ERR_DATA", `found ${folds.length} laboratory, but at least 2 are needed`, {
      hint: "Give --data NAME=FOLDER for each laboratory, or a manifest with the column laboratory.",
    });
  const laboratories: UnseenLaboratory[] = [];
  for (const [i, fold] of folds.entries()) {
    if (obstacle(fold) !== undefined) continue;
    const out = join(options.out, folderName(fold.laboratory, folds.slice(0, i)));
    const metrics = runFiles(out).evaluation;
    const done = Boolean(options.resume) && existsSync(metrics);
    onLaboratory?.(fold, { done });
    const evaluation = done
      ? (JSON.parse(readFileSync(metrics, "utf8")) as Evaluation)
      : await judgeUnseen(fold, recipe, { ...options, out, among: [...parts.train, ...parts.validation] });
    const { laboratory, trainedOn, judgedOn, leftOut } = fold;
    laboratories.push({ laboratory, trainedOn, judgedOn, leftOut, evaluation });
  }
  return { laboratories, notes: folds.flatMap(noteOf) };
}

async function judgeUnseen(
  fold: LaboratoryFold,
  recipe: Recipe,
  options: TrainOptions & Pick<LeaveOneOutOptions, "session">,
): Promise<Evaluation> {
  const stage = `Classifying images from ${fold.laboratory}`;
  const evaluation = evaluatePredictions(await trainAndAnswer(fold, recipe, { ...options, stage }));
  await writeFileWhole(runFiles(options.out).evaluation, `${JSON.stringify(evaluation, undefined, 2)}\n`);
  return evaluation;
}

// Why a laboratory can't be left out.
function obstacle({ train, judged }: LaboratoryFold): string | undefined {
  if (train.classes.length < 2) return "fewer than two classes remain without it";
  return judged.length === 0 ? "no other laboratory has any of its classes" : undefined;
}

function noteOf(fold: LaboratoryFold): string[] {
  const { laboratory, leftOut } = fold;
  const why = obstacle(fold);
  if (why !== undefined) return [`${laboratory} could not be left out: ${why}.`];
  if (leftOut === 0) return [];
  return [
    `${laboratory}: ${counted(leftOut, "image was", "images were")} not evaluated, because no other laboratory has this class.`,
  ];
}

// A name that every file system takes; two names that would then be one get a number.
function folderName(laboratory: string, earlier: readonly LaboratoryFold[]): string {
  const safe = (name: string) => name.replace(/[^\w-]+/g, "_").toLowerCase();
  const same = earlier.filter((fold) => safe(fold.laboratory) === safe(laboratory)).length;
  return same === 0 ? laboratory.replace(/[^\w-]+/g, "_") : `${safe(laboratory)}-${same + 1}`;
}
