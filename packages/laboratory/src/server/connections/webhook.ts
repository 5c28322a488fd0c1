// Webhooks: requests that say what happened to a case, signed as Standard Webhooks says (standardwebhooks.com).
import { createHmac } from "node:crypto";
import { readCase } from "../../store/cases.ts";
import type { Delivery } from "../../store/connections/deliveries.ts";
import { requireOrder } from "../../store/connections/orders.ts";
import { requireReport } from "../../store/reports.ts";
import type { Connections, WebhookEvent } from "../../store/settings/connections.ts";
import type { Store } from "../../store/store.ts";
import { httpOutcome, type Outcome } from "./exchange.ts";

/** The body of a webhook's request, JSON: which case and report, and no name of a patient. */
export async function webhookBody(
  store: Store,
  { caseId, reportId, kind, createdAt }: Delivery,
  { address }: Connections,
): Promise<string> {
  const found = await readCase(store, caseId);
  const order = found.orderId === null ? undefined : await requireOrder(store.database.queries, found.orderId);
  const report = reportId === null ? undefined : await requireReport(store, reportId);
  const type = eventOf(kind, report?.number ?? 0);
  return JSON.stringify({
    type,
    timestamp: createdAt.toISOString(),
    data: {
      case: { id: caseId, name: found.name, accession: order?.accession ?? null },
      ...(report && {
        report: {
          ...{ id: report.id, number: report.number, sha256: report.sha256 },
          url: address === "" ? null : `${address.replace(/\/$/, "")}/api/v1/reports/${report.id}`,
        },
      }),
      ...(kind === "ready" && { cells: found.cells, bad: found.bad }),
    },
  });
}

function eventOf(kind: Delivery["kind"], number: number): WebhookEvent {
  if (kind === "ready") return "case.ready";
  if (kind === "void") return "case.voided";
  return number > 1 ? "report.amended" : "report.signed";
}

/** What {@link sendWebhook} takes. */
export interface WebhookOptions {
  /** The same with each try. */
  readonly id: string;
  readonly url: string;
  /** whsec_ and Base64. */
  readonly secret: string;
  readonly at: Date;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

/** Sends one: any answer of 2xx takes it. */
export async function sendWebhook(
  body: string,
  { id, url, secret, at, signal, timeoutMs = 30_000 }: WebhookOptions,
): Promise<Outcome> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  try {
    const { status, ok } = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...{ "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` },
      },
      body,
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return httpOutcome({ status, text: String(status), isDone: ok });
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    return { state: "waiting", answer: null, fault: `${url} did not answer: ${why}` };
  }
}
