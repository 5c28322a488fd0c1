// The differential count of a case, with what is usual.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { CELL_TYPES } from "leukogram/cells/classes";
import { cropSentences } from "leukogram/cells/cropCounts";
import { differentialReport } from "leukogram/differential/differentialReport";
import type { ReferenceRanges } from "leukogram/differential/referenceRanges";
import type { DifferentialReport } from "leukogram/differential/types";
import type { Tally } from "leukogram/review/count";
import { shownWarnings, warningsOf } from "leukogram/review/warnings";
import type { z } from "zod";
import { said } from "../messages/reportSpeech.ts";
import type { differential } from "./contract/cases.ts";

/** What a case says beside its cells. */
export interface CountFacts {
  readonly leukocytes: number | null;
  /** What is usual for whom it is of. */
  readonly ranges: ReferenceRanges;
}

/** The report of src/differential on the labels that count; undefined if no cell is counted. */
export function reportOf(tally: Tally, { leukocytes, ranges }: CountFacts): DifferentialReport | undefined {
  if (tally.cells === 0) return undefined;
  const { counts, unidentified, reviewed } = tally;
  return differentialReport(
    { classes: CELL_TYPES, counts, left: 0, unidentified },
    { reviewed, ...warningsOf(tally), leukocytes: leukocytes ?? undefined, ranges },
  );
}

/** The count as it goes over the wire; `report` is that of the same cells. */
export function countOf(
  tally: Tally,
  facts: CountFacts,
  report = reportOf(tally, facts),
): z.infer<typeof differential> {
  const { cells, unidentified, artefacts, smudges, waiting, before, counts, crops } = tally;
  const classes = CELL_TYPES.map((name, k) => {
    const row = report?.classes[k];
    const range = facts.ranges.percent[name];
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
  const [warnings, ofCrops, none] = [warningsOf(tally), cropSentences(crops), said("note.none")];
  return {
    ...{ cells, unidentified, artefacts, smudges, waiting, classes, crops },
    ...shownWarnings(warnings),
    flags: [...(report?.flags ?? []), ...(report?.withheld === undefined ? [] : [report.withheld])],
    notes: [...(report?.notes ?? [none.text]), ...ofCrops.map(({ text }) => text)],
    sentences: [...(report?.sentences ?? [...warnings.sentences, none]), ...ofCrops],
  };
}

/** What a count of nothing says of a share. */
const NOTHING: Estimate = { value: 0, low: 0, high: 1 };
