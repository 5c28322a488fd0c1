// Whether a model's answers to these cells bear words of disease.
import { counted } from "@leukogram/engine/core/counted";
import { judgeFamiliarity } from "../evaluation/familiarity.ts";
import type { Predictions } from "../evaluation/types.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";

/** What was found of a count's cells. */
export interface CellsLook {
  /** Undefined if the answers do not say how familiar the cells are. */
  readonly familiarity: FamiliarityFigures | undefined;
  /** Why no flags are given; undefined if they are. */
  readonly withheld: string | undefined;
}

/**
 * Whether flags may be given: not where more of the cells are unlike the model's own than chance explains, as shares
 * may then be wrong by its mistakes alone; unless it was judged on labelled cells from there, which correct them.
 */
export function lookOf({ rows }: Predictions, judged: Predictions | undefined): CellsLook {
  const familiarity = judgeFamiliarity(rows.map((row) => row.familiarity));
  if (!familiarity?.warns) return { familiarity, withheld: undefined };
  const there = judged && judgeFamiliarity(judged.rows.map((row) => row.familiarity));
  // Labelled cells that say nothing of it are taken at their word.
  const isOfHere = judged !== undefined && (there === undefined || there.warns);
  if (isOfHere) return { familiarity, withheld: undefined };
  const why =
    judged === undefined
      ? "Review the cells (leukogram serve), adapt the model to this laboratory (leukogram adapt), or evaluate the model on labelled cells from this laboratory and give the result with --judged."
      : "The cells of --judged look like the model's training images, so they come from a different laboratory.";
  return {
    familiarity,
    withheld: `Flags are withheld: ${strangeOf(familiarity)}, so its mistakes may distort the shares. ${why}`,
  };
}

/** How many cells are strange, as a clause. */
export function strangeOf({ count, unfamiliar }: FamiliarityFigures): string {
  const strange = Math.round(unfamiliar.value * count);
  return `${strange} of ${counted(count, "cell")} ${strange === 1 ? "does" : "do"} not look like the model's training images`;
}
