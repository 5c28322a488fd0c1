// Whether a model's answers to these cells bear words of disease.
import { counted } from "@leukogram/engine/core/counted";
import { type Sentence, sentence } from "@leukogram/engine/core/sentence";
import { judgeFamiliarity } from "../evaluation/familiarity.ts";
import type { Predictions } from "../evaluation/types.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";

/** What was found of a count's cells. */
export interface CellsLook {
  /** Undefined if the answers do not say how familiar the cells are. */
  readonly familiarity: FamiliarityFigures | undefined;
  /** Why no flags are given; undefined if they are. */
  readonly withheld: string | undefined;
  /** The same with its code. */
  readonly sentences: readonly Sentence[];
}

/**
 * Whether flags may be given: not where more of the cells are unlike the model's own than chance explains, as shares
 * may then be wrong by its mistakes alone; unless it was judged on labelled cells from there, which correct them.
 */
export function lookOf({ rows }: Predictions, judged: Predictions | undefined): CellsLook {
  const familiarity = judgeFamiliarity(rows.map((row) => row.familiarity));
  if (!familiarity?.warns) return { familiarity, withheld: undefined, sentences: [] };
  const there = judged && judgeFamiliarity(judged.rows.map((row) => row.familiarity));
  // Labelled cells that say nothing of it are taken at their word.
  const isOfHere = judged !== undefined && (there === undefined || there.warns);
  if (isOfHere) return { familiarity, withheld: undefined, sentences: [] };
  const why =
    judged === undefined
      ? "Review the cells (leukogram serve), adapt the model to this laboratory (leukogram adapt), or evaluate the model on labelled cells from this laboratory and give the result with --judged."
      : "The cells of --judged look like the model's training images, so they come from a different laboratory.";
  const said = sentence(
    "warning.strange",
    `Flags are withheld: ${strangeOf(familiarity)}, so its mistakes may distort the shares. ${why}`,
    { ...strangeNumbers(familiarity), isJudged: judged === undefined ? "no" : "yes" },
  );
  return { familiarity, withheld: said.text, sentences: [said] };
}

/** How many cells are strange, of how many. */
export const strangeNumbers = ({ count, unfamiliar }: FamiliarityFigures) => ({
  strange: Math.round(unfamiliar.value * count),
  cells: count,
});

/** How many cells are strange, as a clause. */
export function strangeOf(figures: FamiliarityFigures): string {
  const { strange, cells } = strangeNumbers(figures);
  return `${strange} of ${counted(cells, "cell")} ${strange === 1 ? "does" : "do"} not look like the model's training images`;
}
