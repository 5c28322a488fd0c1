// A signed report as tables for spreadsheets.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { stringify } from "csv-stringify/sync";
import type { z } from "zod";
import { reportSpeech } from "../../messages/reportSpeech.ts";
import type { report } from "../contract/cases.ts";
import type { ReportContent } from "./reportContent.ts";
import { calledWords, criticalWords, despiteWords } from "./reportWords.ts";

// What programs read is the same in every language.
const ENGLISH = reportSpeech("en");

/** The cells of a report, one a line. */
export function cellsCsv({ cells, case: { name }, number }: ReportContent): string {
  const rows = cells.map((cell) => ({
    case: safe(name),
    report: number,
    cell: cell.number,
    file: safe(cell.file),
    sha256: cell.sha256,
    model: safe(cell.model),
    predicted: cell.predicted,
    rejected: cell.isRejected,
    unfamiliar: cell.isUnfamiliar,
    cropOutside: cell.crop?.outside.toFixed(3) ?? null,
    nucleusFound: cell.crop?.nucleus ?? null,
    first: safe(cell.first?.label ?? null),
    firstBy: safe(cell.first?.by ?? null),
    second: safe(cell.second?.label ?? null),
    secondBy: safe(cell.second?.by ?? null),
    counted: cell.counted,
    called: safe(calledWords(cell)),
  }));
  return stringify(rows, { header: true, cast: { boolean: String } });
}

/** The count of a report, one class a line: shares and usual ranges in per cent, absolute counts in 10^9 per litre. */
export function countsCsv(signed: z.infer<typeof report>, content: ReportContent): string {
  const { differential, case: facts, model, scale, notice } = content;
  const { crops } = differential;
  const beyond = beyondRows(content);
  const rows = [...differential.classes, ...beyond].map((row) => ({
    case: safe(facts.name),
    report: signed.number,
    status: signed.voided !== null ? "void" : signed.isFinal ? "final" : "preliminary",
    class: safe(row.class),
    // Of which class a label is a part; it stands there too.
    ...(beyond.length > 0 && { partOf: "partOf" in row ? row.partOf : null }),
    cells: row.count,
    byModel: row.before,
    counted: differential.cells,
    ...inColumns("percent", row.share, 100),
    usualLow: row.range?.[0] ?? null,
    usualHigh: row.range?.[1] ?? null,
    whiteCells: facts.leukocytes,
    ...inColumns("absolute", row.absolute, 1),
    ...(differential.erythroblasts && {
      ...inColumns("per100Leukocytes", "per100" in row ? row.per100 : null, 1),
      ...inColumns("correctedWhiteCells", differential.erythroblasts.correctedLeukocytes, 1),
    }),
    // Why nothing is said of what is out of its range; empty if it is said.
    flagsWithheld: content.full?.withheld ?? null,
    ...(content.despite && { signedDespite: safe(despiteWords(content.despite, ENGLISH)) }),
    ...(content.critical && { critical: safe(criticalWords(content.critical, ENGLISH)) }),
    model: safe(model),
    ...(scale && { redCellPixels: scale.redCell.toFixed(1) }),
    ...(crops && { crops: crops.crops, cropsLeaving: crops.leaving, withoutNucleus: crops.withoutNucleus }),
    signedBy: safe(signed.signatures.map(({ by }) => by).join("; ")),
    notice,
  }));
  return stringify(rows, { header: true });
}

// Nucleated red cells, and labels that say more than the classes.
function beyondRows({ differential: { erythroblasts, subtypes = [] } }: ReportContent) {
  const none = { before: null, absolute: null, range: null, per100: null, partOf: null };
  return [
    ...(erythroblasts == null
      ? []
      : [{ ...none, class: "Erythroblast", count: erythroblasts.count, share: null, per100: erythroblasts.per100 }]),
    ...subtypes.map(({ name, countsAs, count, share }) => ({ ...none, class: name, count, share, partOf: countsAs })),
  ];
}

const inColumns = (name: string, estimate: Estimate | null, factor: number) => ({
  [name]: estimate && (factor * estimate.value).toFixed(3),
  [`${name}Low`]: estimate && (factor * estimate.low).toFixed(3),
  [`${name}High`]: estimate && (factor * estimate.high).toFixed(3),
});

// What a spreadsheet would take for a formula is made text.
function safe(text: string | null): string | null {
  return text !== null && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
