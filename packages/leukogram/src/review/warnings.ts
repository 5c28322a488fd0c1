import { familiarityOf } from "../metrics/familiarity.ts";
import type { Tally } from "./count.ts";

/** What a reader must know before the shares of a count. */
export interface CountWarnings {
  /** In sentences; nothing if there is nothing. */
  readonly cautions: readonly string[];
  /** Why no flags may be given; undefined if they may. Then the shares are unreliable too. */
  readonly withheld: string | undefined;
}

/**
 * That a case's cells look unlike the model's own. What the model said of cells that it knows nothing like is worth little,
 * whatever its probabilities; nor are its answers to the others there, which are of the same stain and camera.
 */
export function warningsOf({ classified, unfamiliar, byModel, unfamiliarByModel }: Tally): CountWarnings {
  if (!familiarityOf(unfamiliar, classified).warns) return { cautions: [], withheld: undefined };
  return {
    cautions: [
      `These cells do not look like the model's training images: ${unfamiliar} of ${classified} are less familiar than 99 % of them. ${unfamiliarByModel} of these were not labelled by a reader.`,
    ],
    withheld:
      byModel > 0
        ? `Flags are withheld, because the model's mistakes may distort the shares: label the ${byModel} cells that only the model classified, or adapt the model to this laboratory.`
        : undefined,
  };
}

/** The same as a count shows it. */
export function shownWarnings({ cautions, withheld }: CountWarnings) {
  return {
    warnings: [...cautions, ...(withheld === undefined ? [] : [withheld])],
    isUnreliable: withheld !== undefined,
  };
}
