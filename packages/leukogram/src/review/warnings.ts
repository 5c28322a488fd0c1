import { type Sentence, sentence } from "@leukogram/engine/core/sentence";
import { familiarityOf } from "../metrics/familiarity.ts";
import type { Tally } from "./count.ts";

/** What a reader must know before the shares of a count. */
export interface CountWarnings {
  /** In sentences; nothing if there is nothing. */
  readonly cautions: readonly string[];
  /** Why no flags may be given; undefined if they may. Then the shares are unreliable too. */
  readonly withheld: string | undefined;
  /** Both, with their codes. */
  readonly sentences: readonly Sentence[];
}

/**
 * That a case's cells look unlike the model's own. What the model said of cells that it knows nothing like is worth little,
 * whatever its probabilities; nor are its answers to the others there, which are of the same stain and camera.
 */
export function warningsOf({ classified, unfamiliar, byModel, unfamiliarByModel }: Tally): CountWarnings {
  if (!familiarityOf(unfamiliar, classified).warns) return { cautions: [], withheld: undefined, sentences: [] };
  const caution = sentence(
    "warning.unfamiliar",
    `These cells do not look like the model's training images: ${unfamiliar} of ${classified} are less familiar than 99 % of them. ${unfamiliarByModel} of these were not labelled by a reader.`,
    { unfamiliar, classified, unread: unfamiliarByModel },
  );
  if (byModel === 0) return { cautions: [caution.text], withheld: undefined, sentences: [caution] };
  const withheld = sentence(
    "warning.withheld",
    `Flags are withheld, because the model's mistakes may distort the shares: label the ${byModel} cells that only the model classified, or adapt the model to this laboratory.`,
    { cells: byModel },
  );
  return { cautions: [caution.text], withheld: withheld.text, sentences: [caution, withheld] };
}

/** The same as a count shows it. */
export function shownWarnings({ withheld, sentences }: CountWarnings) {
  return { warnings: sentences.map(({ text }) => text), isUnreliable: withheld !== undefined };
}
