import { LeukogramError } from "@leukogram/engine/core/errors";
import { conclusionOf } from "leukogram/differential/fhir";
import type { DifferentialReport } from "leukogram/differential/types";
import type { Order, Service } from "../../interfaces/order.ts";
import type { Result, ResultStatus, ResultValue } from "../../interfaces/result.ts";
import type { Connections } from "../../store/settings/connections.ts";
import type { ReportContent } from "../report/reportContent.ts";
import { type FoundReport, remarksOf, reportFhir } from "../report/reportFhir.ts";
import { codeOf, loincOf } from "./codes.ts";

/** What is read of the FHIR that a report is written as: its codes, units and words are those of every way out. */
interface Observation {
  readonly resourceType: string;
  readonly code: {
    readonly text?: string;
    readonly coding?: readonly { system: string; code: string; display: string }[];
  };
  readonly valueQuantity: { readonly value: number; readonly code: string };
  readonly interpretation?: readonly { readonly coding: readonly { readonly code: string }[] }[];
  readonly referenceRange?: readonly { readonly low: { value: number }; readonly high: { value: number } }[];
  readonly note?: readonly { readonly text: string }[];
}
interface Resource {
  readonly status: "preliminary" | "final" | "amended" | "corrected" | "entered-in-error";
  readonly issued: string;
  readonly code: { readonly coding: readonly { readonly code: string; readonly display: string }[] };
  readonly contained: readonly Observation[];
}

const STATUS: Readonly<Record<Resource["status"], ResultStatus>> = {
  ...{ preliminary: "P", final: "F", amended: "C", corrected: "C", "entered-in-error": "W" },
};

/** Codes of HL7 table 0078 that FHIR has too; what is only perhaps out of its range is said in the note. */
const FLAGS: ReadonlySet<string> = new Set(["H", "L", "N"]);

/** A signed report as it goes to another system; `pdf` is embedded. @throws ERR_CONFLICT if it counts no cell. */
export function resultOf(
  found: FoundReport,
  content: ReportContent,
  { codes, address, results }: Pick<Connections, "codes" | "address" | "results">,
  pdf?: Buffer,
): Result {
  if (content.full === null) throw new LeukogramError("ERR_CONFLICT", "no cells of this report were counted");
  const fhir = reportFhir(found, content) as unknown as Resource;
  const order = content.order as Order | undefined;
  const [panel] = fhir.code.coding;
  const service: Service = order?.service ?? { code: panel!.code, text: panel!.display, system: "LN" };
  // Whoever ordered has its own codes; a result without an order goes to whom the settings name.
  const receiver = order?.sender ?? [results.application, results.facility].filter((part) => part !== "").join("@");
  return {
    ...{ accession: order?.accession ?? content.case.name, order, service },
    loinc: order === undefined ? panel!.code : loincOf(order, codes),
    status: STATUS[fhir.status],
    observedAt: new Date(content.case.collectedAt ?? order?.collectedAt ?? content.at),
    reportedAt: new Date(fhir.issued),
    performers: found.signatures.map(({ by, fullName }) => fullName ?? by),
    device: content.model,
    values: fhir.contained
      .filter(({ resourceType }) => resourceType === "Observation")
      .map((observation) => readValue(observation, (loinc) => codeOf(loinc, receiver, codes))),
    notes: conclusionOf(content.full as DifferentialReport, remarksOf(found, content)),
    document: pdf ? { kind: "embedded", base64: pdf.toString("base64") } : linkTo(found.id, { address, results }),
  };
}

/** Where a report is to be read; undefined without an address of this server. */
export function linkTo(id: string, { address, results: { report } }: Pick<Connections, "address" | "results">) {
  if (address === "") return undefined;
  const place = `${address.replace(/\/$/, "")}/api/v1/reports/${id}`;
  if (report === "page") return { kind: "link", address: place, format: "HTML" } as const;
  return { kind: "link", address: `${place}.pdf`, format: "PDF" } as const;
}

function readValue(
  { code, valueQuantity, interpretation, referenceRange, note }: Observation,
  localOf: (loinc: string) => ResultValue["local"],
): ResultValue {
  const [coded] = code.coding ?? [];
  const loinc = coded?.system === "http://loinc.org" ? coded.code : undefined;
  const flag = interpretation?.[0]?.coding[0]?.code ?? "";
  const [range] = referenceRange ?? [];
  return {
    loinc,
    name: coded?.display ?? code.text ?? "",
    code: coded?.code ?? code.text ?? "",
    local: loinc === undefined ? undefined : localOf(loinc),
    value: String(valueQuantity.value),
    unit: valueQuantity.code,
    range: range === undefined ? "" : `${range.low.value}-${range.high.value}`,
    flag: FLAGS.has(flag) ? flag : "",
    note: note?.map(({ text }) => text).join(" ") ?? "",
  };
}
