import { LeukogramError } from "@leukogram/engine/core/errors";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import { predictedClass } from "../evaluation/checkPredictions.ts";
import { NOT_OF_FIVE } from "../evaluation/rollUp.ts";
import type { Prediction, Predictions } from "../evaluation/types.ts";
import type { ShareOf } from "../metrics/differential.ts";

/** The cells of a count by class. */
export interface CountedCells {
  /** Cells in each class, [K]: of the leukocytes that were wanted, and what was met among them. */
  readonly counts: readonly number[];
  /** Places of the classes that are leukocytes. */
  readonly white: readonly number[];
  /** Leukocytes counted. */
  readonly cells: number;
  /** Cells after the last that was counted. */
  readonly left: number;
  /** Cells that the model is not sure of. */
  readonly unidentified: number;
}

/** Which cells are counted. */
export interface CountOptions {
  /** The first so many leukocytes; default all. */
  readonly cells: number | undefined;
  readonly isSure: (row: Prediction) => boolean;
}

/** Whether cells of the class are among those that shares are of; a class of which nothing is known is. */
export function isCounted(name: string): boolean {
  return cellType(name)?.isLeukocyte ?? name !== NOT_OF_FIVE;
}

/**
 * Counts the first leukocytes in the order of the rows, and whatever else stands among them.
 *
 * @throws ERR_DATA where there are fewer leukocytes than wanted, or none.
 */
export function countCells({ classes, rows }: Predictions, { cells: asked, isSure }: CountOptions): CountedCells {
  const sure = rows.filter(isSure);
  const answers = sure.map(predictedClass);
  const white = [...classes.keys()].filter((k) => isCounted(classes[k]!));
  const places = [...answers.keys()].filter((i) => white.includes(answers[i]!));
  const wanted = asked ?? places.length;
  if (places.length === 0 || places.length < wanted) throw tooFew(wanted, places.length, { rows, sure });
  const end = asked === undefined ? sure.length : places[wanted - 1]! + 1;
  const counts = classes.map(() => 0);
  for (const answer of answers.slice(0, end)) counts[answer]!++;
  return { counts, white, cells: wanted, left: sure.length - end, unidentified: rows.length - sure.length };
}

interface Found {
  readonly rows: readonly Prediction[];
  readonly sure: readonly Prediction[];
}

function tooFew(wanted: number, found: number, { rows, sure }: Found): LeukogramError {
  const of =
    (rows.length > sure.length ? " that the model is sure of" : "") +
    (sure.length > found ? ` and calls leukocytes` : "") +
    (rows.length > found ? `, of ${rows.length}` : "");
  return new LeukogramError(
    "ERR_DATA",
    `differential: ${wanted || "some"} cells are to be counted, and there are ${found}${of}`,
    { hint: "Give more cells, or count fewer." },
  );
}

/** Sums that are reported beside classes, by name. */
export const IMMATURE_GRANULOCYTES = "ImmatureGranulocyte";

/** The classes of each sum, where the model knows more than the sum. */
export function groupsOf(
  classes: readonly string[],
): readonly { readonly name: string; readonly part: readonly number[] }[] {
  const places = (has: (name: string) => boolean) => [...classes.keys()].filter((k) => has(classes[k]!));
  const neutrophils = places((name) => cellType(name)?.five === "Neutrophil");
  const immature = places((name) => cellType(name)?.isImmatureGranulocyte ?? false);
  return [
    ...(neutrophils.some((k) => isBeyondFive(classes[k]!)) ? [{ name: "Neutrophil", part: neutrophils }] : []),
    ...(immature.length > 0 ? [{ name: IMMATURE_GRANULOCYTES, part: immature }] : []),
  ];
}

/** Erythroblasts among leukocytes and themselves; undefined where the model does not know them. */
export function erythroblastShare(classes: readonly string[], white: readonly number[]): ShareOf | undefined {
  const place = classes.indexOf("Erythroblast");
  return place < 0 ? undefined : { part: [place], among: [place, ...white] };
}
