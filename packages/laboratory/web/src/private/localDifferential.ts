import { CELL_TYPES } from "leukogram/cells/classes";
import { clopperPearson } from "leukogram/metrics/limits/proportion";
import { fewCellsSentences, groupOf, type Tally, tallyOf } from "leukogram/review/count";
import { isReported } from "leukogram/review/labels";
import { shownWarnings, warningsOf } from "leukogram/review/warnings";
import type { Differential } from "../api/types.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { t } from "../language/words.ts";

/** The count of private mode, with exact limits; undefined while nothing is counted. Usual ranges are the server's. */
export function localDifferential(cells: readonly GalleryCell[]): Differential | undefined {
  const tally = tallyOf(
    cells.map((cell) => groupOf({ ...cell, labelCountsAs: cell.label === null ? null : cell.counted })),
  );
  const { before, others } = tally;
  if (tally.cells === 0) return undefined;
  const shareOf = (count: number) => ({ value: count / tally.cells, ...clopperPearson(count, tally.cells) });
  const counts = others === 0 ? tally.counts : [...tally.counts, others];
  const classes = counts.map((count, k) => ({
    ...{ class: [...CELL_TYPES, "OtherLeukocyte"][k]!, count, share: shareOf(count), absolute: null, range: null },
    ...{ position: "unknown", before: before[k]! },
  }));
  const subtypes = tally.subtypes.map((one) => ({
    ...one,
    share: isReported(one.countsAs) ? shareOf(one.count) : null,
  }));
  const [warnings, few] = [warningsOf(tally), fewCellsSentences(tally.cells)];
  const notes = [...few.map(({ text }) => text), t("private.countNote")];
  const sentences = [...warnings.sentences, ...few].map((one) => ({ ...one, parameters: { ...one.parameters } }));
  return {
    ...tally,
    ...shownWarnings(warnings),
    classes,
    subtypes,
    erythroblasts: erythroblastsOf(tally),
    flags: [],
    notes,
    sentences,
  };
}

// By their share among these and leukocytes, whose exact limits are theirs.
function erythroblastsOf({ erythroblasts: count, cells }: Tally): Differential["erythroblasts"] {
  if (count === 0) return null;
  const { low, high } = clopperPearson(count, count + cells);
  const per100 = (share: number) => (100 * share) / (1 - share);
  return {
    ...{ count, correctedLeukocytes: null, isCorrected: false },
    per100: { value: (100 * count) / cells, low: per100(low), high: per100(high) },
  };
}
