import { counted } from "@leukogram/engine/core/counted";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { Pictures } from "../pictures.ts";
import type { ViewAnswers } from "./viewProbabilities.ts";

/** What an adaptation did to a model, and why. */
export interface Adaptation {
  readonly applied: boolean;
  /** In words, for a reader. */
  readonly reason: string;
  readonly before: ViewAnswers | undefined;
  readonly after: ViewAnswers | undefined;
}

/** Options of an adaptation. */
export interface AdaptOptions extends SessionOptions {
  readonly signal?: StopSignal | undefined;
  /** Default: 0. */
  readonly seed?: number;
}

/** Fewer pictures than this say too little of a laboratory. */
export const LEAST_PICTURES = 48;
/** An adaptation that was not even tried. */
export function refusal(reason: string): Adaptation {
  return { applied: false, reason, before: undefined, after: undefined };
}

/** Why there are too few pictures. */
export function tooFew({ count }: Pictures): string {
  return `${counted(count, "image is", "images are")} too few to adapt to a laboratory (${LEAST_PICTURES} needed)`;
}

/** How much views contradict each other before and after. */
export function changeText(before: ViewAnswers, after: ViewAnswers): string {
  return `disagreement ${before.disagreement.toFixed(4)}, then ${after.disagreement.toFixed(4)}`;
}

/** A share in per cent, rounded. */
export const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
