import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import { predictedClass } from "../evaluation/checkPredictions.ts";
import type { Prediction, Predictions } from "../evaluation/types.ts";
import type { ShareOf } from "../metrics/differential.ts";
import { isSure } from "../review/answer.ts";
import { NOT_OF_FIVE } from "../review/rollUp.ts";
import { type ClassCount, choicesText, lessSure, thresholdText } from "./unsureCells.ts";

/** The cells of a count by class. */
export interface CountedCells {
  readonly classes: readonly string[];
  /** Cells in each class, [K]: of the leukocytes that were wanted, and what was met among them. */
  readonly counts: readonly number[];
  /** Cells after the last that was counted. */
  readonly left: number;
  /** Cells that no class was sure of. */
  readonly unidentified: number;
}

/** The same of a model's answers. */
export interface CountedAnswers extends CountedCells {
  /** The classes that the model gives unidentified cells first, the most frequent first. */
  readonly firstChoices: readonly ClassCount[];
}

/** Which cells are counted. */
export interface CountOptions {
  /** The first so many leukocytes; default all. */
  readonly cells: number | undefined;
  /** Cells whose most probable class is less probable are not counted. */
  readonly reject: number;
}

/** Whether a model is sure enough of a cell to count it. */
export function isCountable(row: Prediction, reject: number): boolean {
  return isSure(row.probabilities[predictedClass(row)]!, reject);
}

/** Whether cells of the class are among those that shares are of; a class of which nothing is known is. */
export function isCounted(name: string): boolean {
  return cellType(name)?.isLeukocyte ?? name !== NOT_OF_FIVE;
}

/** Places of the classes that are leukocytes. */
export function whiteOf(classes: readonly string[]): number[] {
  return [...classes.keys()].filter((k) => isCounted(classes[k]!));
}

/**
 * Counts the first leukocytes in the order of the rows, and whatever else stands among them.
 *
 * @throws ERR_DATA if there are fewer leukocytes than wanted, or none.
 */
export function countCells({ classes, rows }: Predictions, { cells: asked, reject }: CountOptions): CountedAnswers {
  const sure = rows.filter((row) => isCountable(row, reject));
  const firstChoices = choicesOf(
    classes,
    rows.filter((row) => !isCountable(row, reject)),
  );
  const answers = sure.map(predictedClass);
  const white = whiteOf(classes);
  const places = [...answers.keys()].filter((i) => white.includes(answers[i]!));
  const wanted = asked ?? places.length;
  if (places.length === 0 || places.length < wanted)
    throw tooFew(wanted, places.length, { rows, sure, reject, classes, firstChoices });
  const end = asked === undefined ? sure.length : places[wanted - 1]! + 1;
  const counts = classes.map(() => 0);
  for (const answer of answers.slice(0, end)) counts[answer]!++;
  return { classes, counts, left: sure.length - end, unidentified: rows.length - sure.length, firstChoices };
}

function choicesOf(classes: readonly string[], rows: readonly Prediction[]): ClassCount[] {
  const counts = classes.map(() => 0);
  for (const row of rows) counts[predictedClass(row)]!++;
  return classes
    .map((name, k) => ({ class: name, count: counts[k]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

interface Found {
  readonly rows: readonly Prediction[];
  readonly sure: readonly Prediction[];
  readonly reject: number;
  readonly classes: readonly string[];
  readonly firstChoices: readonly ClassCount[];
}

function tooFew(wanted: number, found: number, { rows, sure, reject, classes, firstChoices }: Found): LeukogramError {
  if (rows.length === 0)
    return new LeukogramError("ERR_DATA", "differential: no cells to count", {
      hint: "Give a folder of images of single cells, or a predictions.csv that is not empty.",
    });
  const isUnsure = rows.length > sure.length;
  const of = [
    ...(isUnsure ? [" with a confident prediction"] : []),
    ...(sure.length > found ? [`${isUnsure ? " and" : " that the model"} calls a white blood cell`] : []),
    ...(rows.length > found ? [`, of ${rows.length}`] : []),
  ].join("");
  const why = isUnsure
    ? `; ${counted(rows.length - sure.length, "other has", "others have")} a class less probable than ${thresholdText(reject)} (--reject): ${choicesText(firstChoices)}`
    : "";
  const fewer = found > 0 && wanted > found ? `Give more cells, or count fewer: --cells ${found}.` : "Give more cells.";
  const asked = wanted === 0 ? "white blood cells are" : counted(wanted, "cell is", "cells are");
  const there = found === 0 ? "there are none" : `there ${found === 1 ? "is" : "are"} ${found}`;
  return new LeukogramError("ERR_DATA", `differential: ${asked} to be counted, and ${there}${of}${why}`, {
    hint: isUnsure ? `${fewer} ${lessSure({ reject, classes })}` : fewer,
  });
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

/** Erythroblasts among leukocytes and themselves; undefined if the model does not know them. */
export function erythroblastShare(classes: readonly string[], white: readonly number[]): ShareOf | undefined {
  const place = classes.indexOf("Erythroblast");
  return place < 0 ? undefined : { part: [place], among: [place, ...white] };
}
