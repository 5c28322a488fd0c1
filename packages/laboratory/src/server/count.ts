// The differential count of a case, with what is usual.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { CELL_TYPES } from "leukogram/cells/classes";
import { cropWords } from "leukogram/cells/cropCounts";
import { differentialReport } from "leukogram/differential/differentialReport";
import { readRanges } from "leukogram/differential/referenceRanges";
import type { DifferentialReport } from "leukogram/differential/types";
import { familiarityOf } from "leukogram/evaluation/familiarity";
import type { Tally } from "leukogram/review/count";
import type { z } from "zod";
import type { differential } from "./contract/cases.ts";

/** What a case says beside its cells. */
export interface CountFacts {
  readonly leukocytes: number | null;
  readonly age: number | null;
}

/** The report of src/differential on the labels that count; undefined if no cell is counted. */
export function reportOf(tally: Tally, { leukocytes, age }: CountFacts): DifferentialReport | undefined {
  if (tally.cells === 0) return undefined;
  const { counts, unidentified, reviewed } = tally;
  return differentialReport(
    { classes: CELL_TYPES, counts, left: 0, unidentified },
    { reviewed, ...lookOf(tally), leukocytes: leukocytes ?? undefined, ranges: readRanges(age ?? undefined) },
  );
}

/** The count as it goes over the wire; `report` is that of the same cells. */
export function countOf(
  tally: Tally,
  facts: CountFacts,
  report = reportOf(tally, facts),
): z.infer<typeof differential> {
  const { cells, unidentified, artefacts, smudges, waiting, before, counts, crops } = tally;
  const ranges = report?.ranges ?? readRanges(facts.age ?? undefined);
  const classes = CELL_TYPES.map((name, k) => {
    const row = report?.classes[k];
    const range = ranges.percent[name];
    return {
      class: name,
      count: counts[k]!,
      share: row?.share ?? NOTHING,
      absolute: row?.absolute ?? null,
      range: range === undefined ? null : ([...range] as [number, number]),
      position: row?.position ?? "unknown",
      before: before[k]!,
    };
  });
  const { cautions = [], withheld } = lookOf(tally);
  return {
    ...{ cells, unidentified, artefacts, smudges, waiting, classes, crops },
    warnings: [...cautions, ...(withheld === undefined ? [] : [withheld])],
    isUnreliable: withheld !== undefined,
    flags: [...(report?.flags ?? []), ...(report?.withheld === undefined ? [] : [report.withheld])],
    notes: [...(report?.notes ?? ["No cells counted yet."]), ...cropWords(crops)],
  };
}

// What the model said of cells that it knows nothing like is worth little, whatever its probabilities; nor are its
// answers to the others there, which are of the same stain and camera.
function lookOf({ classified, unfamiliar, byModel, unfamiliarByModel }: Tally): {
  readonly cautions?: readonly string[];
  readonly withheld?: string;
} {
  if (!familiarityOf(unfamiliar, classified).warns) return {};
  return {
    cautions: [
      `These cells do not look like the model's training images: ${unfamiliar} of ${classified} are less familiar than 99 % of them. ${unfamiliarByModel} of these were not labelled by a reader.`,
    ],
    ...(byModel > 0 && {
      withheld: `Flags are withheld, because the model's mistakes may distort the shares: label the ${byModel} cells that only the model classified, or adapt the model to this laboratory.`,
    }),
  };
}

/** What a count of nothing says of a share. */
const NOTHING: Estimate = { value: 0, low: 0, high: 1 };
