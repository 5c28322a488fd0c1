import { counted } from "@leukogram/engine/core/counted";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import { familiarityWarning } from "../evaluation/familiarity.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import { fewCellsNotes } from "../review/count.ts";
import { strangeOf } from "./familiarCells.ts";
import type { Correction } from "./judgedCells.ts";
import type { Erythroblasts } from "./types.ts";
import { choicesText, lessSure, promiseText, thresholdText, type UnsureCells } from "./unsureCells.ts";

/** What the notes of a count are made of. */
export interface NoteInput {
  readonly correction: Correction | undefined;
  /** Undefined if readers, too, may have called cells unidentified. */
  readonly unsure: UnsureCells | undefined;
  readonly reviewed: number | undefined;
  readonly classes: readonly string[];
  /** Cells counted, left after the last that was counted, and unidentified. */
  readonly done: number;
  readonly left: number;
  readonly unidentified: number;
  /** Classes that are out of their range or not, as cells without a class may be. */
  readonly undone: readonly string[];
  readonly notOfFive: number | undefined;
  readonly platelets: number | undefined;
  readonly erythroblasts: Erythroblasts | undefined;
  readonly leukocytes: number | undefined;
  readonly leukocytesUsed: number | undefined;
  readonly familiarity: FamiliarityFigures | undefined;
}

/** What a reader of a count must know, in sentences. */
export function notesOf(input: NoteInput): string[] {
  return [
    howCounted(input),
    ...whose(input),
    ...looks(input),
    ...beyondFive(input),
    ...notCounted(input),
    ...whiteCells(input),
  ];
}

function howCounted({ correction, reviewed, done, left, unidentified }: NoteInput): string {
  if (correction !== undefined)
    return `Shares are corrected by ${counted(correction.labelled, "labelled cell")}; this is valid only if these cells come from this laboratory and are no easier than the others.`;
  return (reviewed ?? 0) > 0
    ? `Readers labelled ${reviewed} of ${counted(done + left + unidentified, "cell")}; the others count as predicted. Intervals cover the limited number of cells, but not mistakes.`
    : "Shares are not corrected: intervals cover the limited number of cells, but not the model's errors. To correct for errors, evaluate the model on labelled cells from this laboratory and use --judged.";
}

function whose({ correction }: NoteInput): string[] {
  return correction === undefined || correction.isSameModel
    ? []
    : ["The file of --judged does not name its model; it is assumed to come from the model that counts."];
}

// A server says it of cells that it knows; it gives `reviewed`.
function looks({ familiarity, reviewed, correction }: NoteInput): string[] {
  if (reviewed !== undefined) return [];
  if (familiarity === undefined)
    return [
      "The predictions do not record whether these cells look like the model's training images. Flags assume that they do.",
    ];
  if (familiarity.warns)
    return correction === undefined
      ? []
      : [`${strangeOf(familiarity)}: flags are based on the labelled cells of --judged.`];
  const few = familiarityWarning(familiarity);
  return few === undefined ? [] : [few];
}

function beyondFive({ classes, familiarity }: NoteInput): string[] {
  const names = classes.filter(isBeyondFive).map((name) => cellType(name)!.plural);
  if (names.length === 0) return [];
  const list = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const learned = `Learned from only one laboratory: ${list}.`;
  return [
    familiarity?.warns
      ? `${learned} These cells do not look like cells from that laboratory: do not rely on these types here.`
      : `${learned} In any other laboratory, expect more mistakes in these types than in the five.`,
  ];
}

function notCounted(input: NoteInput): string[] {
  const { done, left, unidentified, undone, notOfFive = 0, platelets = 0 } = input;
  const notes = fewCellsNotes(done);
  if (left > 0) notes.push(`${counted(left, "further cell was", "further cells were")} not counted.`);
  if (unidentified > 0) notes.push(...unidentifiedNotes(input));
  if (undone.length > 0)
    notes.push(
      `These cells decide whether ${undone.join(", ")} ${undone.length === 1 ? "is" : "are"} out of range, so no flag is given.`,
    );
  if (notOfFive > 0) notes.push(`${cellsAre(notOfFive)} none of the five types, and not counted.`);
  if (platelets > 0)
    notes.push(
      `${counted(platelets, "image shows a platelet", "images show platelets")} and no white blood cell: not counted.`,
    );
  return notes;
}

/** A greater share of unidentified cells is no remainder: shares of what is left are of other cells than the smear's. */
const MANY_UNIDENTIFIED = 0.2;

function unidentifiedNotes(input: NoteInput): string[] {
  const { done, left, unidentified, unsure, classes } = input;
  if (unsure === undefined)
    return [`${cellsAre(unidentified)} unidentified (by the model or a reader) and not counted.`];
  const { reject, promise, firstChoices } = unsure;
  const notes = [
    `${cellsAre(unidentified)} unidentified, because the probability of the class is below ${thresholdText(reject)} (--reject).${promiseText(promise, classes)}`,
  ];
  const all = done + left + unidentified;
  if (unidentified > MANY_UNIDENTIFIED * all)
    notes.push(
      `${Math.round((100 * unidentified) / all)} % of the cells are unidentified, so shares describe the confidently classified cells, not the smear. The model's first choices for the others: ${choicesText(firstChoices)}. ${lessSure({ reject, classes })}`,
    );
  return notes;
}

function whiteCells({ erythroblasts, leukocytes, leukocytesUsed }: NoteInput): string[] {
  if (erythroblasts === undefined || erythroblasts.count === 0 || leukocytes === undefined) return [];
  const use =
    leukocytes === leukocytesUsed
      ? "Absolute counts use the white blood cell count as given."
      : "Absolute counts use the corrected white blood cell count, because there are at least 5 erythroblasts per 100 white blood cells.";
  return [
    `The corrected white blood cell count is right if the analyser counts erythroblasts as white blood cells; if it excludes them, the count as given is right. ${use}`,
  ];
}

const cellsAre = (count: number) => counted(count, "cell is", "cells are");
