// What a model's answer makes of a cell: the same for commands, server and private mode.
import { isUnfamiliar } from "../metrics/familiarity.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import { type CountedAs, countsAs } from "./labels.ts";

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
  /** Probability of what the cell counts as: of the classes together that count as the same. */
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

/** What a model calls a cell, and how sure it is of what that counts as: classes that count as the same add up. */
export function calledBy(
  classes: readonly string[],
  probabilities: ArrayLike<number>,
): { readonly predicted: string; readonly certainty: number } {
  // A class of which nothing is known counts as itself.
  const counted = classes.map((name) => countsAs(name) ?? name);
  const sums = new Map<string, number>();
  for (const [k, name] of counted.entries()) sums.set(name, (sums.get(name) ?? 0) + probabilities[k]!);
  const names = [...sums.keys()].sort();
  const called = names[argmax(names.map((name) => sums.get(name)!))]!;
  const parts = [...classes.keys()].filter((k) => counted[k] === called);
  const first = parts[argmax(parts.map((k) => probabilities[k]!))]!;
  // A sum of float32 can miss 1 from above.
  return { predicted: classes[first]!, certainty: Math.min(1, sums.get(called)!) };
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
  /** What that counts as, if it is a label of the laboratory's own. */
  readonly labelCountsAs?: string | null | undefined;
}

/** What a reader's label counts as. @param own what it counts as if it is the laboratory's own */
export function labelCounted(label: string, own?: string | null): CountedAs {
  return countsAs(own ?? label) ?? "Unidentified";
}

/** What a cell counts as: by the reader's label, else by the model; null while the cell waits, and if it is bad and unread. */
export function countedLabel(cell: AnsweredCell): CountedAs | null {
  return cell.label === null ? modelLabel(cell) : labelCounted(cell.label, cell.labelCountsAs);
}

/** What a cell is called, which may say more than what it counts as: the reader's label, else the model's own class. */
export function calledLabel(cell: AnsweredCell): string | null {
  if (cell.label !== null) return cell.label;
  const counted = modelLabel(cell);
  return counted === null || counted === "Unidentified" ? counted : cell.predicted;
}

/** What the model alone makes of a cell: Unidentified if it is not sure, or if nothing is known of its class; null without an answer. */
export function modelLabel({
  status,
  predicted,
  isRejected,
}: Pick<AnsweredCell, "status" | "predicted" | "isRejected">): CountedAs | null {
  if (status !== "classified" || predicted === null) return null;
  return isRejected ? "Unidentified" : (countsAs(predicted) ?? "Unidentified");
}
