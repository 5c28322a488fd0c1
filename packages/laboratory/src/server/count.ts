// The differential count of a case, with what is usual.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { CELL_TYPES } from "leukogram/cells/classes";
import { cropSentences } from "leukogram/cells/cropCounts";
import { differentialReport } from "leukogram/differential/differentialReport";
import type { ReferenceRanges } from "leukogram/differential/referenceRanges";
import type { DifferentialReport } from "leukogram/differential/types";
import { clopperPearson } from "leukogram/metrics/limits/proportion";
import type { Tally } from "leukogram/review/count";
import { isReported } from "leukogram/review/labels";
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
  const { unidentified, reviewed, subtypes } = tally;
  const found = foundClasses(tally);
  const named = subtypes.filter(({ count, byReaders }) => count > byReaders).map(({ name }) => name);
  const learned = [...named, ...found.filter(({ before }) => before > 0).map(({ name }) => name)];
  return differentialReport(
    { classes: found.map(({ name }) => name), counts: found.map(({ count }) => count), left: 0, unidentified },
    { reviewed, learned, ...warningsOf(tally), leukocytes: leukocytes ?? undefined, ranges },
  );
}

// The five always; what is beyond them where it was found.
function foundClasses({ counts, before, others, erythroblasts }: Tally) {
  const five = CELL_TYPES.map((name, k) => ({ name: name as string, count: counts[k]!, before: before[k]! }));
  const beyond = [
    { name: "OtherLeukocyte", count: others, before: before[CELL_TYPES.length]! },
    { name: "Erythroblast", count: erythroblasts, before: before[CELL_TYPES.length + 1]! },
  ];
  return [...five, ...beyond.filter(({ count }) => count > 0)];
}

/** The count as it goes over the wire; `report` is that of the same cells. */
export function countOf(
  tally: Tally,
  facts: CountFacts,
  report = reportOf(tally, facts),
): z.infer<typeof differential> {
  const { cells, unidentified, artefacts, smudges, notLeukocytes, waiting, crops } = tally;
  const white = foundClasses(tally).filter(({ name }) => name !== "Erythroblast");
  const classes = white.map(({ name, count, before }) => {
    const row = report?.classes.find((one) => one.class === name);
    const range = facts.ranges.percent[name];
    return {
      class: name,
      count,
      share: row?.share ?? NOTHING,
      absolute: row?.absolute ?? null,
      range: range === undefined ? null : ([...range] as [number, number]),
      position: row?.position ?? "unknown",
      before,
    };
  });
  const [warnings, ofCrops, none] = [warningsOf(tally), cropSentences(crops), said("note.none")];
  return {
    ...{ cells, unidentified, artefacts, smudges, notLeukocytes, waiting, classes, crops },
    subtypes: tally.subtypes.map((one) => ({ ...one, share: shareOf(one, cells) })),
    erythroblasts: erythroblastsOf(report),
    ...shownWarnings(warnings),
    flags: [...(report?.flags ?? []), ...(report?.withheld === undefined ? [] : [report.withheld])],
    notes: [...(report?.notes ?? [none.text]), ...ofCrops.map(({ text }) => text)],
    sentences: [...(report?.sentences ?? [...warnings.sentences, none]), ...ofCrops],
  };
}

function shareOf({ countsAs, count }: Tally["subtypes"][number], cells: number): Estimate | null {
  if (!isReported(countsAs) || countsAs === "Unidentified") return null;
  return { value: count / cells, ...clopperPearson(count, cells) };
}

function erythroblastsOf(report: DifferentialReport | undefined) {
  if (report?.erythroblasts === undefined) return null;
  const { count, per100, correctedLeukocytes = null } = report.erythroblasts;
  return { count, per100, correctedLeukocytes, isCorrected: report.leukocytes !== report.leukocytesUsed };
}

/** What a count of nothing says of a share. */
const NOTHING: Estimate = { value: 0, low: 0, high: 1 };
