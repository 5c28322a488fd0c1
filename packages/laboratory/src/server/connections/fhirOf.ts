import type { Resource } from "../../interfaces/fhir/resources.ts";
import { transactionOf } from "../../interfaces/fhir/transaction.ts";
import { readReports } from "../../store/reports.ts";
import type { Connections } from "../../store/settings/connections.ts";
import type { Store } from "../../store/store.ts";
import { pdfOf } from "../report/pdfOf.ts";
import type { ReportContent } from "../report/reportContent.ts";
import { type FhirContext, type FoundReport, reportFhir } from "../report/reportFhir.ts";
import { speechOf } from "../report/reportWords.ts";
import { linkTo } from "./resultOf.ts";

/** A report's FHIR in the laboratory's own surroundings: earlier versions, identifiers of other systems. */
export async function fhirOf(
  store: Store,
  found: FoundReport,
  { content, settings }: { readonly content: ReportContent; readonly settings: Connections },
): Promise<Resource> {
  return reportFhir(found, content, await contextOf(store, found, settings));
}

/** The transaction of a report. */
export async function fhirMessage(
  store: Store,
  found: FoundReport,
  { content, settings, ...head }: FhirInput,
): Promise<string> {
  const context = await contextOf(store, found, settings);
  const report = reportFhir(found, content, context);
  const earlier = context.earlier.flatMap(
    (before) => reportFhir(found, before, { ...context, earlier: [] }).contained as readonly Resource[],
  );
  const form = await formOf(store, found, { content, settings });
  return JSON.stringify(transactionOf({ ...report, ...(form && { presentedForm: [form] }) }, { ...head, earlier }));
}

/** What {@link fhirMessage} takes. */
export interface FhirInput {
  readonly content: ReportContent;
  readonly settings: Connections;
  readonly controlId: string;
  readonly at: Date;
}

async function contextOf(store: Store, found: FoundReport, settings: Connections): Promise<FhirContext> {
  const { application, facility, address, systems } = settings;
  const before = (await readReports(store, found.caseId)).filter(
    ({ isFinal, number }) => isFinal && number < found.number,
  );
  return {
    ...{ systems, laboratory: [application, facility, address] },
    earlier: before.map(({ content }) => JSON.parse(content) as ReportContent).filter(({ full }) => full !== null),
  };
}

// The report to read: itself, or where it is.
async function formOf(
  store: Store,
  found: FoundReport,
  { content, settings }: Pick<FhirInput, "content" | "settings">,
) {
  const title = speechOf(content).say("print.formTitle", { number: found.number });
  if (settings.results.report === "embedded") {
    const pdf = await pdfOf(store, found, { content });
    return { contentType: "application/pdf", data: pdf.toString("base64"), title };
  }
  const link = linkTo(found.id, settings);
  return link && { contentType: link.format === "PDF" ? "application/pdf" : "text/html", url: link.address, title };
}
