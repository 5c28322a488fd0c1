// Results on their way to another system: queued in the transaction of the signature, so that none is lost.
import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, desc, eq } from "drizzle-orm";
import { type Queries, tellIfGone } from "../database/database.ts";
import { awaitedFiles, cases, cells, reports } from "../schema.ts";
import { type Connections, readConnections, type WebhookEvent } from "../settings/connections.ts";
import type { Store } from "../store.ts";
import { type Change, change, type Wish } from "../trail.ts";
import { deliveries } from "./deliverySchema.ts";

/** A delivery's row. */
export type Delivery = typeof deliveries.$inferSelect;

/** Where deliveries go. */
export type Destination = Delivery["destination"];

/** Queues a report that became final, for those who are told of it. */
export async function queueReport(given: Change, { reportId, caseId, number }: ReportPlace): Promise<void> {
  const { results, webhook } = await readConnections(given.queries);
  const row = { reportId, caseId, kind: "report" } as const;
  if (results.isOn) await insert(given, { ...row, destination: "results" });
  const event = number > 1 ? "report.amended" : "report.signed";
  if (isTold(webhook, event)) await insert(given, { ...row, destination: "webhook" });
}

/** What {@link queueReport} takes: the report and its number in its case. */
export interface ReportPlace {
  readonly reportId: string;
  readonly caseId: string;
  readonly number: number;
}

/** Queues that a case is void: to the receiver of results if a report of it was queued for it before, to the webhook if it has a report. */
export async function queueVoid(given: Change, caseId: string): Promise<void> {
  const { queries } = given;
  const [last] = await queries
    .select({ reportId: reports.id })
    .from(deliveries)
    .innerJoin(reports, eq(reports.id, deliveries.reportId))
    .where(and(eq(reports.caseId, caseId), eq(deliveries.destination, "results")))
    .orderBy(desc(reports.number))
    .limit(1);
  if (last !== undefined) await insert(given, { ...last, caseId, kind: "void", destination: "results" });
  const { webhook } = await readConnections(queries);
  if (!isTold(webhook, "case.voided")) return;
  const [report] = await queries
    .select({ reportId: reports.id })
    .from(reports)
    .where(and(eq(reports.caseId, caseId), eq(reports.isFinal, true)))
    .orderBy(desc(reports.number))
    .limit(1);
  if (report !== undefined) await insert(given, { ...report, caseId, kind: "void", destination: "webhook" });
}

/** Queues that no cell of a case waits any more, and no file is missing, if the webhook is told of it. @returns whether it was queued */
export async function queueReady(given: Change, caseId: string): Promise<boolean> {
  const { queries } = given;
  const { webhook } = await readConnections(queries);
  if (!isTold(webhook, "case.ready")) return false;
  const [waits] = await queries
    .select({ id: cells.id })
    .from(cells)
    .where(and(eq(cells.caseId, caseId), eq(cells.status, "waiting")))
    .limit(1);
  const [missing] = await queries.select().from(awaitedFiles).where(eq(awaitedFiles.caseId, caseId)).limit(1);
  if (waits !== undefined || missing !== undefined) return false;
  await insert(given, { caseId, reportId: null, kind: "ready", destination: "webhook" });
  return true;
}

const isTold = ({ isOn, events }: Connections["webhook"], event: WebhookEvent) => isOn && events.includes(event);

async function insert(
  { queries, sequence, at }: Change,
  row: Pick<Delivery, "reportId" | "caseId" | "kind" | "destination">,
): Promise<void> {
  const id = randomUUID();
  // MSH-10 has 20 characters up to version 2.6.
  const controlId = id.replaceAll("-", "").slice(0, 20).toUpperCase();
  const made = { arrival: sequence, createdAt: at, controlId, state: "waiting", tries: 0 } as const;
  await queries.insert(deliveries).values({ id, ...row, ...made });
}

/** The first one that waits for a destination. */
export async function nextDelivery(
  { database: { queries } }: Store,
  destination: Destination,
): Promise<Delivery | undefined> {
  const [found] = await queries
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.state, "waiting"), eq(deliveries.destination, destination)))
    .orderBy(asc(deliveries.arrival))
    .limit(1)
    .catch(tellIfGone);
  return found;
}

/** The result of a report; undefined if it was not queued. */
export async function deliveryOf(queries: Queries, reportId: string): Promise<Delivery | undefined> {
  const all = await queries
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.reportId, reportId), eq(deliveries.destination, "results")))
    .catch(tellIfGone);
  return all.find(({ kind }) => kind === "void") ?? all[0];
}

/** Writes what is known of a delivery that goes on waiting. */
export async function updateDelivery(
  { database: { queries } }: Store,
  id: string,
  values: Partial<Pick<Delivery, "message" | "tries" | "fault">>,
): Promise<void> {
  await queries.update(deliveries).set(values).where(eq(deliveries.id, id)).catch(tellIfGone);
}

/** What the trail calls them. */
const NAMES: Readonly<Record<Destination, string>> = { results: "result", webhook: "webhook" };

/** Ends a delivery, which the trail keeps. */
export async function endDelivery(
  store: Store,
  { id, destination, caseId, reportId, controlId, kind }: Delivery,
  { state, answer, fault }: { readonly state: "sent" | "refused" } & Pick<Delivery, "answer" | "fault">,
): Promise<void> {
  const wish: Wish = { actor: "connections", key: randomUUID(), kind: `${NAMES[destination]}.${state}`, asks: { id } };
  await change(store, wish, async ({ queries, at }) => {
    await queries.update(deliveries).set({ state, answer, fault, endedAt: at }).where(eq(deliveries.id, id));
    const of = reportId === null ? { case: caseId } : { report: reportId };
    return { content: { ...of, of: kind, controlId, fault }, answer: {} };
  });
}

/** Sends one once more, under its control id: one that was refused is written again, as the settings say now. @throws ERR_NOT_FOUND */
export async function sendAgain(store: Store, wish: Wish, id: string): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const [found] = await queries.select().from(deliveries).where(eq(deliveries.id, id));
    if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such delivery");
    if (found.state === "waiting") return { answer: {} };
    const message = found.state === "refused" ? null : found.message;
    const again = { state: "waiting", message, tries: 0, answer: null, fault: null, endedAt: null } as const;
    await queries.update(deliveries).set(again).where(eq(deliveries.id, id));
    return { content: { report: found.reportId, controlId: found.controlId, before: found.state }, answer: {} };
  });
}

/** A delivery, as it is listed; number null if it is about no report. */
export type ListedDelivery = Delivery & { readonly name: string; readonly number: number | null };

/** The last deliveries, the latest first. */
export async function listDeliveries({ database: { queries } }: Store, limit: number): Promise<ListedDelivery[]> {
  const rows = await queries
    .select({ delivery: deliveries, name: cases.name, number: reports.number })
    .from(deliveries)
    .innerJoin(cases, eq(cases.id, deliveries.caseId))
    .leftJoin(reports, eq(reports.id, deliveries.reportId))
    .orderBy(desc(deliveries.arrival), asc(deliveries.destination))
    .limit(limit)
    .catch(tellIfGone);
  return rows.map(({ delivery, ...of }) => ({ ...delivery, ...of }));
}
