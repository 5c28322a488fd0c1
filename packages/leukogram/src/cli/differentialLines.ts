import { counted } from "@leukogram/engine/core/counted";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { IMMATURE_GRANULOCYTES } from "../differential/countCells.ts";
import type { DifferentialReport, Erythroblasts, ReportedClass } from "../differential/types.ts";
import { textTable } from "../report/text/textTable.ts";

/** How sums of classes are named in the table. */
const SUMS: Readonly<Record<string, string>> = {
  Neutrophil: "All neutrophils",
  [IMMATURE_GRANULOCYTES]: "All immature granulocytes",
};

/** A differential count as lines of text. */
export function differentialLines(report: DifferentialReport, skipped: number): string[] {
  const { cells, flags, notes, ranges, withheld, erythroblasts } = report;
  return [
    textTable(table(report)),
    "",
    `${counted(cells, "cell")} counted.${skipped > 0 ? ` ${counted(skipped, "image")} can't be read.` : ""}`,
    ...(erythroblasts === undefined ? [] : [erythroblastLine(erythroblasts)]),
    ...(withheld === undefined ? [] : [withheld]),
    ...flags,
    ...notes.map((note) => `Note: ${note}`),
    `Note: reference ranges from ${ranges.source}; laboratories differ.`,
    "Research use only; not a medical device.",
  ];
}

function table({ classes, groups, ranges, leukocytes }: DifferentialReport): string[][] {
  const withAbsolute = leukocytes !== undefined;
  const isCorrected = classes.some(({ corrected }) => corrected !== undefined);
  const line = (row: ReportedClass, name: string) => [
    name,
    String(row.count),
    percent(row.counted),
    ...(row.corrected ? [percent(row.corrected)] : []),
    row.range === undefined ? "n/a" : `${row.range[0]} to ${row.range[1]}`,
    ...(withAbsolute ? [row.absolute!.value.toFixed(2)] : []),
  ];
  const head = [
    "Class",
    "cells",
    "counted, % (95 %)",
    ...(isCorrected ? ["corrected, % (95 %)"] : []),
    `usual, ${ranges.name}`,
    ...(withAbsolute ? ["10^9/L"] : []),
  ];
  return [
    head,
    ...classes.map((row) => line(row, row.class)),
    ...groups.map((row) => line(row, SUMS[row.class] ?? row.class)),
  ];
}

const percent = ({ value, low, high }: Estimate) =>
  `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;

function erythroblastLine({ count, per100, correctedLeukocytes: white }: Erythroblasts): string {
  const limits = ({ low, high }: Estimate, digits: number) => `(${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  const corrected =
    white === undefined || count === 0
      ? ""
      : ` White cells corrected for them: ${white.value.toFixed(2)} 10^9/L ${limits(white, 2)}.`;
  return `Erythroblasts: ${count}, ${per100.value.toFixed(1)} for 100 leukocytes ${limits(per100, 1)}.${corrected}`;
}
