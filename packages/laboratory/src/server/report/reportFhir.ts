// A signed report as FHIR, which is also what its HL7 and ASTM messages are made of.
import { cropWords } from "leukogram/cells/cropCounts";
import { diagnosticReport } from "leukogram/differential/fhir";
import type { DifferentialReport } from "leukogram/differential/types";
import {
  identifierOf,
  orderReference,
  patientResource,
  type Resource,
  type Systems,
  specimenResource,
} from "../../interfaces/fhir/resources.ts";
import type { Order } from "../../interfaces/order.ts";
import type { SignedReport } from "../../store/reports.ts";
import type { ReportContent } from "./reportContent.ts";
import {
  agreementWords,
  criticalWords,
  despiteWords,
  groupName,
  scaleWords,
  speechOf,
  warningsOf,
} from "./reportWords.ts";

/** A report, and why its case is void. */
export type FoundReport = SignedReport & { readonly voided: string | null };

/** What a report's FHIR has that the report itself does not say. */
export interface FhirContext {
  /** What the URIs of other systems' identifiers are. */
  readonly systems: Systems;
  /** What tells this laboratory's devices from others': its names and address. */
  readonly laboratory: readonly string[];
  /** The contents of earlier final reports of the case. */
  readonly earlier: readonly ReportContent[];
}

const NO_CONTEXT: FhirContext = { systems: [], laboratory: [], earlier: [] };

/** The report as a FHIR R4 DiagnosticReport, with its patient, specimen, observations and device in it; its content must have counted cells. */
export function reportFhir(found: FoundReport, content: ReportContent, context = NO_CONTEXT): Resource {
  const { case: facts, differential, letterhead } = content;
  const order = content.order as Order | undefined;
  const collectedAt = facts.collectedAt ?? order?.collectedAt ?? undefined;
  const { unidentified, artefacts, smudges, notLeukocytes } = differential;
  const {
    contained,
    identifier: _,
    ...report
  } = diagnosticReport(content.full as DifferentialReport, {
    model: { name: content.model, version: content.software.version },
    ...{ specimen: facts.name, effective: collectedAt, uncounted: { unidentified, artefacts, smudges, notLeukocytes } },
    // Reports of older versions have none.
    subtypes: namedApart(differential.subtypes ?? []),
    signers: found.signatures.map(({ by, fullName }) => fullName ?? by),
    ...remarksOf(found, content),
    ...statusOf(found, content, context.earlier.at(-1)),
  }) as Resource & { readonly contained: readonly Resource[] };
  const { systems } = context;
  const patient = order && patientResource(order, systems);
  const performer = letterhead?.laboratory ? [{ type: "Organization", display: letterhead.laboratory }] : undefined;
  const of = {
    ...(patient && { subject: { reference: "#patient" } }),
    ...(order && { basedOn: [orderReference(order, systems)] }),
    ...(performer && { performer }),
  };
  const specimen = specimenResource({ caseId: facts.id, name: facts.name, order, collectedAt, systems });
  const subject = patient && { subject: { reference: "#patient" } };
  const inside = contained.map((one): Resource => {
    if (one.resourceType === "Specimen") return { ...specimen, id: "specimen", ...subject };
    if (one.resourceType === "Device")
      return {
        ...one,
        identifier: [identifierOf(["device", ...context.laboratory, content.model, content.software.version])],
      };
    const code = one.code as { readonly text?: string; readonly coding?: readonly { readonly code: string }[] };
    const identifier = [identifierOf([facts.id, "observation", code.coding?.[0]?.code ?? code.text ?? ""])];
    return { ...one, identifier, ...of, specimen: { reference: "#specimen" }, issued: report.issued };
  });
  return {
    ...report,
    // Of the case, and so of all its versions; and of this one.
    identifier: [identifierOf([facts.id, "report"]), { system: "urn:ietf:rfc:3986", value: `urn:uuid:${found.id}` }],
    contained: [...(patient ? [{ ...patient, id: "patient" }] : []), ...inside],
    ...of,
  };
}

// A name that was given up, and then given to something else, would be one observation.
function namedApart(subtypes: ReportContent["differential"]["subtypes"]) {
  const isTwice = (name: string) => subtypes.filter((one) => one.name === name).length > 1;
  return subtypes.map((one) => (isTwice(one.name) ? { ...one, name: `${one.name} (${one.countsAs})` } : one));
}

/** What a report says beside what its count says. */
export function remarksOf({ voided, reason }: FoundReport, content: ReportContent) {
  const { case: facts, agreement, critical, despite, scale } = content;
  const speech = speechOf(content);
  const { language, say, said, className } = speech;
  const remarks = [
    voided === null ? "" : say("print.voidSaid", { reason: voided }),
    critical === undefined ? "" : criticalWords(critical, speech),
    despite === undefined ? "" : despiteWords(despite, speech),
    reason === null ? "" : say("print.amended", { reason }),
    facts.comment === "" ? "" : say("print.commentSaid", { comment: facts.comment }),
    agreement === null ? "" : agreementWords(agreement, speech),
    scale === undefined ? "" : say("print.scale", { scale: scaleWords(scale, speech) }),
    // Reports of older versions have none.
    ...cropWords(content.differential.crops ?? null).map(said),
  ];
  return {
    warnings: warningsOf(content, speech),
    remarks: remarks.filter((remark) => remark !== ""),
    words: {
      ...{ say, said, className, group: (name: string) => groupName(name, speech) },
      ...(language !== "en" && { language }),
    },
  };
}

// Unsigned by one of two it is preliminary; an amendment that changes a value corrects it.
function statusOf(
  { isFinal, number, createdAt, signatures, voided }: FoundReport,
  content: ReportContent,
  before?: ReportContent,
) {
  const amended = before !== undefined && valuesOf(before) !== valuesOf(content) ? "corrected" : "amended";
  const status =
    voided !== null
      ? ("entered-in-error" as const)
      : !isFinal
        ? ("preliminary" as const)
        : number > 1
          ? (amended as "amended" | "corrected")
          : ("final" as const);
  // The last signature made it what it is.
  return { status, issued: (signatures.at(-1)?.at ?? createdAt).toISOString() };
}

function valuesOf({ differential, case: { leukocytes } }: ReportContent): string {
  const { classes, subtypes = [], erythroblasts, unidentified, artefacts, smudges, notLeukocytes = 0 } = differential;
  const named = subtypes.map(({ name, count }) => [name, count]);
  const red = erythroblasts?.count ?? 0;
  const others = [unidentified, artefacts, smudges, notLeukocytes, red];
  return JSON.stringify([classes.map((row) => [row.class, row.count]), named, others, leukocytes]);
}
