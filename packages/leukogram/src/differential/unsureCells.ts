// What is said of cells that a model is not sure enough of: where the threshold comes from, and what to do.
import { isBeyondFive } from "../cells/cellTypes.ts";

/** What the threshold that a model carries promises: found on images of its own laboratories that it did not learn from. */
export interface RejectPromise {
  /** Share of wrong answers that it stays under there. */
  readonly error: number;
  /** Classes that it was found on. */
  readonly classes: number;
}

/** A class and how many cells. */
export interface ClassCount {
  readonly class: string;
  readonly count: number;
}

/** Why cells are unidentified. */
export interface UnsureCells {
  /** Below which probability of their class they are. */
  readonly reject: number;
  /** What that promises at the model's home; undefined if the user told it, or the model says nothing. */
  readonly promise: RejectPromise | undefined;
  /** The classes that the model gives them first, with how many. */
  readonly firstChoices: readonly ClassCount[];
}

/** A threshold as messages write it. */
export function thresholdText(reject: number): string {
  return String(Number(reject.toFixed(3)));
}

/** Where a threshold comes from, a sentence with a space before it; "" where nothing is promised. */
export function promiseText(promise: RejectPromise | undefined, classes: readonly string[]): string {
  if (promise === undefined) return "";
  const other = promise.classes === classes.length ? "" : `, over all ${promise.classes} types`;
  return ` This is the model's own threshold: with it, fewer than ${Number((100 * promise.error).toFixed(1))} % of predictions were wrong on images from the home laboratory${other}.`;
}

/** First choices, the most frequent first: `30 SegmentedNeutrophil, 12 BandNeutrophil`. */
export function choicesText(choices: readonly ClassCount[]): string {
  return choices.map(({ class: name, count }) => `${count} ${name}`).join(", ");
}

/** The threshold from which a class is more probable than all others together. */
const EVEN = 0.5;

/** Whether a threshold asks for more than that. */
export const isAboveEven = (reject: number): boolean => reject > EVEN;

/** How to count less sure cells, in sentences. */
export function lessSure({
  reject,
  classes,
}: {
  readonly reject: number;
  readonly classes: readonly string[];
}): string {
  const five = classes.some(isBeyondFive) ? " --types five merges types that a model can hardly distinguish." : "";
  const lower = isAboveEven(reject)
    ? ` --reject ${EVEN} counts every cell whose class has a probability above one half, with more mistakes.`
    : " A lower --reject counts more cells, with more mistakes.";
  return `Check these cells.${five}${lower}`;
}
