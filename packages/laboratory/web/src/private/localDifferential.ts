import { CELL_TYPES } from "leukogram/cells/classes";
import { differentialCount } from "leukogram/metrics/differential";
import type { Differential } from "../api/types.ts";
import { cropCountsOf } from "../gallery/cropAlarms.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { countedByModel } from "../review/withLabel.ts";
import { texts } from "../texts.ts";

/** Fewer than laboratories count, as the server says too. */
const FEW = 100;

/** The count of private mode, with exact limits; undefined while nothing is counted. Usual ranges are the server's. */
export function localDifferential(cells: readonly GalleryCell[]): Differential | undefined {
  const countOf = (name: string) => cells.filter(({ counted }) => counted === name).length;
  const counts = CELL_TYPES.map(countOf);
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return undefined;
  const before = cells.map(countedByModel);
  const classes = differentialCount(counts).map(({ count, counted }, i) => ({
    ...{ class: CELL_TYPES[i]!, count, share: counted, absolute: null, range: null, position: "unknown" },
    before: before.filter((label) => label === CELL_TYPES[i]).length,
  }));
  return {
    cells: total,
    unidentified: countOf("Unidentified"),
    artefacts: countOf("Artefact"),
    smudges: countOf("Smudge"),
    waiting: cells.filter(({ status }) => status === "waiting").length,
    classes,
    crops: cropCountsOf(cells),
    flags: [],
    notes: [...(total < FEW ? [texts.private.fewNote(total)] : []), texts.private.countNote],
  };
}
