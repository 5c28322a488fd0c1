// A signed report as FHIR, which is also what its HL7 and ASTM messages are made of.
import { cropWords } from "leukogram/cells/cropCounts";
import { scaleText } from "leukogram/data/scale/scale";
import { diagnosticReport } from "leukogram/differential/fhir";
import type { DifferentialReport } from "leukogram/differential/types";
import type { SignedReport } from "../../store/reports.ts";
import type { ReportContent } from "./reportContent.ts";
import { agreementWords, criticalWords, despiteWords, warningsOf } from "./reportWords.ts";

/** A report, and why its case is void. */
export type FoundReport = SignedReport & { readonly voided: string | null };

/** The report as a FHIR R4 DiagnosticReport; its content must have counted cells. */
export function reportFhir(found: FoundReport, content: ReportContent): object {
  return diagnosticReport(content.full as DifferentialReport, {
    model: { name: content.model, version: content.software.version },
    ...{
      identifier: found.id,
      specimen: content.case.name,
      signers: found.signatures.map(({ by, fullName }) => fullName ?? by),
    },
    ...remarksOf(found, content),
    ...statusOf(found),
  });
}

/** What a report says beside what its count says. */
export function remarksOf({ voided, reason }: FoundReport, content: ReportContent) {
  const { case: facts, agreement, critical, despite, scale } = content;
  const remarks = [
    voided === null ? "" : `Void: ${voided}`,
    critical === undefined ? "" : criticalWords(critical),
    despite === undefined ? "" : despiteWords(despite),
    reason === null ? "" : `Amended: ${reason}`,
    facts.comment === "" ? "" : `Comment: ${facts.comment}`,
    agreement === null ? "" : agreementWords(agreement),
    scale === undefined ? "" : `Scale: ${scaleText(scale)}.`,
    // Reports of older versions have none.
    ...cropWords(content.differential.crops ?? null),
  ];
  return { warnings: warningsOf(content), remarks: remarks.filter((remark) => remark !== "") };
}

// Unsigned by one of two it is preliminary; what was amended says so.
function statusOf({ isFinal, number, createdAt, signatures, voided }: FoundReport) {
  const status =
    voided !== null
      ? ("entered-in-error" as const)
      : !isFinal
        ? ("preliminary" as const)
        : number > 1
          ? ("amended" as const)
          : ("final" as const);
  // The last signature made it what it is.
  return { status, issued: (signatures.at(-1)?.at ?? createdAt).toISOString() };
}
