// What a model's answer makes of a cell: the same for commands, server and private mode.
import { calledInFive } from "../cells/cellTypes.ts";
import { isUnfamiliar } from "../metrics/familiarity.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import { LABELS, type Label } from "./labels.ts";
import { rolledRow, rollUpOf } from "./rollUp.ts";

/** From which probability of its class on an answer is sure. */
export interface RejectThreshold {
  readonly threshold: number;
  /** Share of wrong answers under which the model stays with it at home, with 95 % confidence; undefined if not known. */
  readonly error: number | undefined;
}

/** If a model says nothing, a cell is answered that is more likely its class than all others together. */
const UNKNOWN: RejectThreshold = { threshold: 0.5, error: undefined };

/** The threshold that a model carries, by what its file says of its own laboratories. */
export function rejectThreshold({ reject }: { readonly reject?: RejectThreshold | undefined } = {}): RejectThreshold {
  return reject ?? UNKNOWN;
}

/** Whether an answer is sure enough to count. @param probability of the class that it gives. */
export function isSure(probability: number, threshold: number): boolean {
  return probability >= threshold;
}

/** What a model answered for a cell, as readers see it. */
export interface CellAnswer {
  /** In the order of the model's classes. */
  readonly probabilities: number[] | null;
  /** The most probable of the model's classes that count as what the cell is called. */
  readonly predicted: string | null;
  /** Probability of what the cell is called: of the classes together that count as it. */
  readonly certainty: number | null;
  /** Whether the model is not sure enough of it. */
  readonly isRejected: boolean;
  /** Share of the model's own images that look as strange, or stranger. */
  readonly familiarity: number | null;
  readonly isUnfamiliar: boolean;
  /** Share of its crop that lies beyond the picture, and whether a nucleus was found; null if the model crops nothing. */
  readonly crop: { readonly outside: number; readonly nucleus: boolean } | null;
}

/** Of a cell without an answer, or one that is withheld. */
export const NO_ANSWER: CellAnswer = {
  ...{ probabilities: null, predicted: null, certainty: null, isRejected: false },
  ...{ familiarity: null, isUnfamiliar: false, crop: null },
};

/** What a model calls a cell, and how sure it is of it; in the five types, as these alone have labels. */
export function calledBy(
  classes: readonly string[],
  probabilities: ArrayLike<number>,
): { readonly predicted: string; readonly certainty: number } {
  const rollUp = rollUpOf(classes);
  const rolled = rolledRow(rollUp, probabilities);
  const called = argmax(rolled);
  const parts = [...classes.keys()].filter((k) => rollUp.places[k] === called);
  const first = parts[argmax(parts.map((k) => probabilities[k]!))]!;
  return { predicted: classes[first]!, certainty: rolled[called]! };
}

/** What a model's answer makes of a cell, by the classes and the threshold of the model. */
export function readAnswer(
  {
    probabilities,
    familiarity,
  }: { readonly probabilities: ArrayLike<number>; readonly familiarity?: number | null | undefined },
  { classes, threshold }: { readonly classes: readonly string[]; readonly threshold: number },
) {
  const { predicted, certainty } = calledBy(classes, probabilities);
  return {
    ...{ predicted, certainty },
    isRejected: !isSure(certainty, threshold),
    isUnfamiliar: isUnfamiliar(familiarity),
  } satisfies Partial<CellAnswer>;
}

/** Where a cell stands, what the model made of it, and what a reader did. */
export interface AnsweredCell extends Pick<CellAnswer, "predicted" | "isRejected"> {
  readonly status: "waiting" | "classified" | "bad";
  /** The first reader's. */
  readonly label: string | null;
}

/** The label that counts: the reader's, else the model's; null while the cell waits, and if it is bad and unread. */
export function countedLabel(cell: AnsweredCell): Label | null {
  return (cell.label as Label | null) ?? modelLabel(cell);
}

/** What the model alone makes of a cell: Unidentified if it is not sure, or if it is none of the five types; null without an answer. */
export function modelLabel({ status, predicted, isRejected }: Omit<AnsweredCell, "label">): Label | null {
  if (status !== "classified" || predicted === null) return null;
  const called = calledInFive(predicted);
  const known = LABELS.find((name) => name === called);
  return isRejected || known === undefined ? "Unidentified" : known;
}
