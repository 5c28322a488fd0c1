import type { Model, UnlabelledCells } from "../api/types.ts";
import { t } from "../language/words.ts";

/** How many cells there are to adapt by, and how many are taken. */
export function unlabelledWords({ cells, needed, taken }: UnlabelledCells): string {
  const state = cells < needed ? "few" : taken < cells ? "first" : "all";
  return t("models.unlabelled.cells", { state, cells, needed, taken });
}

/** On what a model was judged. */
export const judgedWords = ({ cells, labelled }: NonNullable<Model["judged"]>): string =>
  t("models.judged", { cells, labelled, predicted: cells - labelled });
