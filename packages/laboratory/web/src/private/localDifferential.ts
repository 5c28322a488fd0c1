import { CELL_TYPES } from "leukogram/cells/classes";
import { differentialCount } from "leukogram/metrics/differential";
import { fewCellsSentences, groupOf, tallyOf } from "leukogram/review/count";
import { shownWarnings, warningsOf } from "leukogram/review/warnings";
import type { Differential } from "../api/types.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { t } from "../language/words.ts";

/** The count of private mode, with exact limits; undefined while nothing is counted. Usual ranges are the server's. */
export function localDifferential(cells: readonly GalleryCell[]): Differential | undefined {
  const tally = tallyOf(cells.map(groupOf));
  const { counts, before } = tally;
  if (tally.cells === 0) return undefined;
  const classes = differentialCount(counts).map(({ count, counted }, k) => ({
    ...{ class: CELL_TYPES[k]!, count, share: counted, absolute: null, range: null, position: "unknown" },
    before: before[k]!,
  }));
  const [warnings, few] = [warningsOf(tally), fewCellsSentences(tally.cells)];
  const notes = [...few.map(({ text }) => text), t("private.countNote")];
  const sentences = [...warnings.sentences, ...few].map((one) => ({ ...one, parameters: { ...one.parameters } }));
  return { ...tally, ...shownWarnings(warnings), classes, flags: [], notes, sentences };
}
