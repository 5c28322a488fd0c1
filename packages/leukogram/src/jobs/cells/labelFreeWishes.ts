import type { LabelFreeOptions, LabelFreeStep } from "../../adaptation/labelFree/labelFree.ts";
import { capital } from "../../report/text/format.ts";

/** What a user asks to be done for images of a new laboratory without their labels, before they are classified or after. */
export interface LabelFreeWishes extends Pick<LabelFreeOptions, "tta" | "adaptStatistics" | "tent" | "neighbours"> {
  /** Correct for the class frequencies of these images; skipped if they look different from the training images. */
  readonly priorCorrection?: boolean | undefined;
}

/** A sentence on what was done, or why not. */
export function stepSentence({ name, applied, reason }: LabelFreeStep): string {
  return `${capital(name)}: ${applied ? "" : "skipped: "}${reason}`;
}
