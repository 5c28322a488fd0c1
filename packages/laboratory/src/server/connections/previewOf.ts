import type { z } from "zod";
import { readCase } from "../../store/cases.ts";
import { deliveryOf } from "../../store/connections/deliveries.ts";
import { readReports, reportInput } from "../../store/reports.ts";
import { readConnections } from "../../store/settings/connections.ts";
import type { Store } from "../../store/store.ts";
import type { preview } from "../contract/connections.ts";
import { type ReportContent, reportContent } from "../report/reportContent.ts";
import type { FoundReport } from "../report/reportFhir.ts";
import { type WrittenInput, writtenResult } from "./writtenResult.ts";

/** The message that was sent for a case's last report, or would be; of an open case, as if it were signed as it is now. @throws ERR_CONFLICT if no cell is counted */
export async function previewOf(store: Store, caseId: string): Promise<z.infer<typeof preview>> {
  const { queries } = store.database;
  const settings = await readConnections(queries);
  const found = await readCase(store, caseId);
  const last = (await readReports(store, caseId)).at(-1);
  if (found.status !== "open" && last !== undefined) {
    const delivery = await deliveryOf(queries, last.id);
    if (delivery?.message != null) return { lines: linesOf(delivery.message), notes: [] };
    const controlId = delivery?.controlId ?? NO_ID;
    return await previewed(
      store,
      { ...last, voided: found.voided },
      { content: JSON.parse(last.content), settings, controlId },
    );
  }
  const at = store.now();
  const input = await reportInput(queries, found, at);
  const content = reportContent(input) as unknown as ReportContent;
  const signed: FoundReport = {
    ...{ id: "REPORT", caseId, number: input.number, reason: found.reason, content: "", sha256: "" },
    ...{ createdAt: at, isFinal: true, signatures: [], supersededBy: null, voided: null },
  };
  const shown = await previewed(store, signed, { content, settings, controlId: NO_ID });
  return { ...shown, notes: [...shown.notes, "The case is not signed: its values, times and signers may change."] };
}

const NO_ID = "CONTROLID";

async function previewed(store: Store, found: FoundReport, given: Omit<WrittenInput, "at">) {
  const { settings, controlId } = given;
  const message = await writtenResult(store, found, { ...given, at: found.createdAt });
  return {
    lines: linesOf(message),
    notes: [
      controlId === NO_ID ? "The control id is chosen when the result is queued." : "",
      settings.results.isOn ? "" : "Results are not sent: the connection is off.",
    ].filter((note) => note !== ""),
  };
}

/** The lines of a message; of a document in it, how long it is. */
export const linesOf = (message: string) =>
  indented(message)
    .split(/\r\n?|\n/)
    .filter((line) => line !== "")
    .map((line) =>
      line.replace(/(\^Base64\^|"data": ")([\w+/=]{100,})/, (_, start, text) => `${start}(${text.length} characters)`),
    );

// An answer may be cut short.
function indented(message: string): string {
  try {
    return message.startsWith("{") ? JSON.stringify(JSON.parse(message), undefined, 2) : message;
  } catch {
    return message;
  }
}
