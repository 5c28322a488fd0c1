import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Connections } from "../../store/settings/connections.ts";
import type { Store } from "../../store/store.ts";
import { pdfOf } from "../report/pdfOf.ts";
import type { ReportContent } from "../report/reportContent.ts";
import type { FoundReport } from "../report/reportFhir.ts";
import { messageOf } from "./exchange.ts";
import { fhirMessage } from "./fhirOf.ts";
import { resultOf } from "./resultOf.ts";

/** What {@link writtenResult} takes. */
export interface WrittenInput {
  readonly content: ReportContent;
  readonly settings: Connections;
  readonly controlId: string;
  readonly at: Date;
}

/** The message of a report, with its PDF if the settings want that. @throws ERR_FORMAT if it can't be written, ERR_CONFLICT if no cell is counted */
export async function writtenResult(
  store: Store,
  found: FoundReport,
  { content, settings, controlId, at }: WrittenInput,
): Promise<string> {
  const { protocol, report } = settings.results;
  if (content.full === null) throw new LeukogramError("ERR_CONFLICT", "no cells of this report were counted");
  if (protocol === "fhir") return await fhirMessage(store, found, { content, settings, controlId, at });
  const isEmbedded = protocol === "hl7" && report === "embedded";
  const pdf = isEmbedded ? await pdfOf(store, found, { content }) : undefined;
  return messageOf(resultOf(found, content, settings, pdf), settings, { controlId, at });
}
