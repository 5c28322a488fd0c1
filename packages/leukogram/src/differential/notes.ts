import { counted } from "@leukogram/engine/core/counted";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import { type FamiliarityFigures, familiarityWarning } from "../evaluation/familiarity.ts";
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
    return `Shares are corrected by ${counted(correction.labelled, "labelled cell")}; that is right only where those are of this laboratory, and are no easier than others.`;
  return (reviewed ?? 0) > 0
    ? `Readers labelled ${reviewed} of ${counted(done + left + unidentified, "cell")}; those not labelled count as the model says. Limits say what so few cells leave open, and nothing of mistakes.`
    : "Shares are as the model counted them: limits say what so few cells leave open, and nothing of the model's mistakes. Judge it on labelled cells of this laboratory to correct for them.";
}

function whose({ correction }: NoteInput): string[] {
  return correction === undefined || correction.isSameModel
    ? []
    : ["The file of --judged does not say which model answered: it is taken to be the one that counts."];
}

// A server says it of cells that it knows; it gives `reviewed`.
function looks({ familiarity, reviewed, correction }: NoteInput): string[] {
  if (reviewed !== undefined) return [];
  if (familiarity === undefined)
    return [
      "Whether these cells look like what the model was trained on is not known, as its answers do not say it. Flags suppose that they do.",
    ];
  if (familiarity.warns)
    return correction === undefined ? [] : [`${strangeOf(familiarity)}: flags rest on the labelled cells of --judged.`];
  const few = familiarityWarning(familiarity);
  return few === undefined ? [] : [few];
}

function beyondFive({ classes, familiarity }: NoteInput): string[] {
  const names = classes.filter(isBeyondFive).map((name) => cellType(name)!.plural);
  if (names.length === 0) return [];
  const list = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const learned = `Learned in one laboratory alone: ${list}.`;
  return [
    familiarity?.warns
      ? `${learned} These cells do not look like that laboratory's: do not rely on these types here.`
      : `${learned} In any other, expect more mistakes in these types than in the five.`,
  ];
}

function notCounted(input: NoteInput): string[] {
  const { done, left, unidentified, undone, notOfFive = 0, platelets = 0 } = input;
  const notes = fewCellsNotes(done);
  if (left > 0) notes.push(`${counted(left, "further cell was", "further cells were")} not counted.`);
  if (unidentified > 0) notes.push(...unidentifiedNotes(input));
  if (undone.length > 0)
    notes.push(
      `What these are decides whether ${undone.join(", ")} ${undone.length === 1 ? "is" : "are"} out of range: no flag is given.`,
    );
  if (notOfFive > 0) notes.push(`${cellsAre(notOfFive)} not one of the five types, and not counted.`);
  if (platelets > 0)
    notes.push(
      `${counted(platelets, "picture shows a platelet", "pictures show platelets")}, and no leukocyte: not counted.`,
    );
  return notes;
}

/** A greater share of unidentified cells is no remainder: shares of what is left are of other cells than the smear's. */
const MANY_UNIDENTIFIED = 0.2;

function unidentifiedNotes(input: NoteInput): string[] {
  const { done, left, unidentified, unsure, classes } = input;
  if (unsure === undefined)
    return [`${cellsAre(unidentified)} unidentified, by the model or a reader, and not counted.`];
  const { reject, promise, firstChoices } = unsure;
  const notes = [
    `${cellsAre(unidentified)} unidentified, as the model gives their class less than ${thresholdText(reject)} (--reject).${promiseText(promise, classes)}`,
  ];
  const all = done + left + unidentified;
  if (unidentified > MANY_UNIDENTIFIED * all)
    notes.push(
      `Unidentified are ${Math.round((100 * unidentified) / all)} % of the cells, so shares are those of the cells that the model is sure of, not of the smear. Its first choices for the others: ${choicesText(firstChoices)}. ${lessSure({ reject, classes })}`,
    );
  return notes;
}

function whiteCells({ erythroblasts, leukocytes, leukocytesUsed }: NoteInput): string[] {
  if (erythroblasts === undefined || erythroblasts.count === 0 || leukocytes === undefined) return [];
  const use =
    leukocytes === leukocytesUsed
      ? "Absolute counts are of the number as given."
      : "Absolute counts are of the corrected number, as these are 5 or more for 100 leukocytes.";
  return [
    `The corrected number of white cells is right where the counter takes erythroblasts for white cells; if it leaves them out by itself, the number as given is. ${use}`,
  ];
}

const cellsAre = (count: number) => counted(count, "cell is", "cells are");
