// The destinations of what is queued: the receiver of results, and the webhook.
import { requireCase } from "../../store/cases.ts";
import type { Delivery, Destination } from "../../store/connections/deliveries.ts";
import { requireReport } from "../../store/reports.ts";
import type { Connections, Secrets } from "../../store/settings/connections.ts";
import type { Store } from "../../store/store.ts";
import type { ReportContent } from "../report/reportContent.ts";
import { exchange, fits, type Outcome } from "./exchange.ts";
import { sendWebhook, webhookBody } from "./webhook.ts";
import { writtenResult } from "./writtenResult.ts";

/** What {@link Channel.send} is given. */
export interface SendContext {
  readonly settings: Connections;
  readonly secrets: Secrets;
  readonly at: Date;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

/** How what waits for a destination is written and sent. */
export interface Channel {
  readonly destination: Destination;
  isOn(settings: Connections): boolean;
  /** Whether a message that was written before can be sent as the settings say now. */
  fits(message: string, settings: Connections): boolean;
  /** @throws ERR_FORMAT if it can't be written */
  write(store: Store, delivery: Delivery, settings: Connections): Promise<string>;
  send(message: string, delivery: Delivery, context: SendContext): Promise<Outcome>;
}

/** To the receiver of results. */
const RESULTS: Channel = {
  destination: "results",
  isOn: ({ results }) => results.isOn,
  fits: (message, { results }) => fits(message, results),
  write: writeDelivery,
  send: (message, { controlId }, { settings, secrets, signal, timeoutMs }) =>
    exchange(message, { to: settings.results, controlId, token: secrets.results, signal, timeoutMs }),
};

const WEBHOOK: Channel = {
  destination: "webhook",
  isOn: ({ webhook }) => webhook.isOn,
  fits: () => true,
  write: webhookBody,
  send: (message, { id }, { settings, secrets, at, signal, timeoutMs }) =>
    sendWebhook(message, { id, url: settings.webhook.url, secret: secrets.webhook, at, signal, timeoutMs }),
};

/** All destinations. */
export const CHANNELS: readonly Channel[] = [RESULTS, WEBHOOK];

async function writeDelivery(
  store: Store,
  { reportId, kind, controlId, createdAt }: Delivery,
  settings: Connections,
): Promise<string> {
  const report = await requireReport(store, reportId!);
  const { voided } = await requireCase(store.database.queries, report.caseId);
  const content = JSON.parse(report.content) as ReportContent;
  const found = { ...report, voided: kind === "void" ? voided : null };
  return await writtenResult(store, found, { content, settings, controlId, at: createdAt });
}
