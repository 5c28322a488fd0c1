import { counted } from "@leukogram/engine/core/counted";
import { type Sentence, sentence, shownNumber } from "@leukogram/engine/core/sentence";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import { familiarityWarning } from "../evaluation/familiarity.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import { fewCellsSentences } from "../review/count.ts";
import { strangeNumbers, strangeOf } from "./familiarCells.ts";
import type { Correction } from "./judgedCells.ts";
import type { Erythroblasts } from "./types.ts";
import { choicesText, isAboveEven, lessSure, promiseText, thresholdText, type UnsureCells } from "./unsureCells.ts";

/** What the notes of a count are made of. */
export interface NoteInput {
  readonly correction: Correction | undefined;
  /** Undefined if readers, too, may have called cells unidentified. */
  readonly unsure: UnsureCells | undefined;
  readonly reviewed: number | undefined;
  readonly classes: readonly string[];
  /** Those that the model found cells of. */
  readonly learned: readonly string[];
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
export function notesOf(input: NoteInput): Sentence[] {
  return [
    howCounted(input),
    ...whose(input),
    ...looks(input),
    ...beyondFive(input),
    ...notCounted(input),
    ...whiteCells(input),
  ];
}

function howCounted({ correction, reviewed = 0, done, left, unidentified }: NoteInput): Sentence {
  if (correction !== undefined) {
    const { labelled } = correction;
    return sentence(
      "note.corrected",
      `Shares are corrected by ${counted(labelled, "labelled cell")}; this is valid only if these cells come from this laboratory and are no easier than the others.`,
      { labelled },
    );
  }
  const cells = done + left + unidentified;
  return reviewed > 0
    ? sentence(
        "note.reviewed",
        `Readers labelled ${reviewed} of ${counted(cells, "cell")}; the others count as predicted. Intervals cover the limited number of cells, but not mistakes.`,
        { reviewed, cells },
      )
    : sentence(
        "note.uncorrected",
        "Shares are not corrected: intervals cover the limited number of cells, but not the model's errors. To correct for errors, evaluate the model on labelled cells from this laboratory and use --judged.",
      );
}

function whose({ correction }: NoteInput): Sentence[] {
  return correction === undefined || correction.isSameModel
    ? []
    : [
        sentence(
          "note.modelAssumed",
          "The file of --judged does not name its model; it is assumed to come from the model that counts.",
        ),
      ];
}

// A server says it of cells that it knows; it gives `reviewed`.
function looks({ familiarity, reviewed, correction }: NoteInput): Sentence[] {
  if (reviewed !== undefined) return [];
  if (familiarity === undefined)
    return [
      sentence(
        "note.familiarityUnknown",
        "The predictions do not record whether these cells look like the model's training images. Flags assume that they do.",
      ),
    ];
  const numbers = strangeNumbers(familiarity);
  if (familiarity.warns)
    return correction === undefined
      ? []
      : [
          sentence(
            "note.judgedStrange",
            `${strangeOf(familiarity)}: flags are based on the labelled cells of --judged.`,
            numbers,
          ),
        ];
  const few = familiarityWarning(familiarity);
  return few === undefined ? [] : [sentence("note.fewStrange", few, numbers)];
}

function beyondFive({ learned, familiarity }: NoteInput): Sentence[] {
  const found = learned.filter(isBeyondFive);
  const names = found.map((name) => cellType(name)!.plural);
  if (names.length === 0) return [];
  const list = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const note = `Learned from only one laboratory: ${list}.`;
  const text = familiarity?.warns
    ? `${note} These cells do not look like cells from that laboratory: do not rely on these types here.`
    : `${note} In any other laboratory, expect more mistakes in these types than in the five.`;
  return [sentence("note.beyondFive", text, { classes: found, looksAlike: familiarity?.warns ? "no" : "yes" })];
}

function notCounted(input: NoteInput): Sentence[] {
  const { done, left, unidentified, undone, notOfFive = 0, platelets = 0 } = input;
  const found = fewCellsSentences(done);
  if (left > 0)
    found.push(
      sentence("note.left", `${counted(left, "further cell was", "further cells were")} not counted.`, { cells: left }),
    );
  if (unidentified > 0) found.push(...unidentifiedNotes(input));
  if (undone.length > 0)
    found.push(
      sentence(
        "note.undecided",
        `These cells decide whether ${undone.join(", ")} ${undone.length === 1 ? "is" : "are"} out of range, so no flag is given.`,
        { classes: undone, count: undone.length },
      ),
    );
  if (notOfFive > 0)
    found.push(
      sentence("note.notOfFive", `${cellsAre(notOfFive)} none of the five types, and not counted.`, {
        cells: notOfFive,
      }),
    );
  if (platelets > 0)
    found.push(
      sentence(
        "note.platelets",
        `${counted(platelets, "image shows a platelet", "images show platelets")} and no white blood cell: not counted.`,
        { platelets },
      ),
    );
  return found;
}

/** A greater share of unidentified cells is no remainder: shares of what is left are of other cells than the smear's. */
const MANY_UNIDENTIFIED = 0.2;

function unidentifiedNotes(input: NoteInput): Sentence[] {
  const { done, left, unidentified, unsure, classes } = input;
  if (unsure === undefined)
    return [
      sentence(
        "note.unidentified",
        `${cellsAre(unidentified)} unidentified (by the model or a reader) and not counted.`,
        {
          cells: unidentified,
        },
      ),
    ];
  const { reject, promise, firstChoices } = unsure;
  const found = [
    sentence(
      "note.belowReject",
      `${cellsAre(unidentified)} unidentified, because the probability of the class is below ${thresholdText(reject)} (--reject).${promiseText(promise, classes)}`,
      {
        ...{ cells: unidentified, reject: shownNumber(reject, 3) },
        ...{ promise: promise === undefined ? "none" : promise.classes === classes.length ? "these" : "others" },
        ...(promise && { error: shownNumber(100 * promise.error, 1), types: promise.classes }),
      },
    ),
  ];
  const all = done + left + unidentified;
  const percent = Math.round((100 * unidentified) / all);
  if (unidentified > MANY_UNIDENTIFIED * all)
    found.push(
      sentence(
        "note.manyUnidentified",
        `${percent} % of the cells are unidentified, so shares describe the confidently classified cells, not the smear. The model's first choices for the others: ${choicesText(firstChoices)}. ${lessSure({ reject, classes })}`,
        {
          ...{ percent, choices: choicesText(firstChoices) },
          ...{ hasMore: classes.some(isBeyondFive) ? "yes" : "no", isAboveEven: isAboveEven(reject) ? "yes" : "no" },
        },
      ),
    );
  return found;
}

function whiteCells({ erythroblasts, leukocytes, leukocytesUsed }: NoteInput): Sentence[] {
  if (erythroblasts === undefined || erythroblasts.count === 0 || leukocytes === undefined) return [];
  const isGiven = leukocytes === leukocytesUsed;
  const use = isGiven
    ? "Absolute counts use the white blood cell count as given."
    : "Absolute counts use the corrected white blood cell count, because there are at least 5 erythroblasts per 100 white blood cells.";
  const text = `The corrected white blood cell count is right if the analyser counts erythroblasts as white blood cells; if it excludes them, the count as given is right. ${use}`;
  return [sentence("note.correctedWhiteCells", text, { use: isGiven ? "given" : "corrected" })];
}

const cellsAre = (count: number) => counted(count, "cell is", "cells are");
