// Results on their way to another system: queued in the transaction of the signature, so that none is lost.
import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { asc, desc, eq } from "drizzle-orm";
import { type Queries, tellIfGone } from "../database/database.ts";
import { cases, deliveries, reports } from "../schema.ts";
import { readConnections } from "../settings/connections.ts";
import type { Store } from "../store.ts";
import { type Change, change, type Wish } from "../trail.ts";

/** A delivery's row. */
export type Delivery = typeof deliveries.$inferSelect;

/** Queues a report that became final, if results are sent. */
export async function queueReport({ queries, sequence, at }: Change, reportId: string): Promise<void> {
  const { results } = await readConnections(queries);
  if (results.isOn) await insert(queries, { reportId, kind: "report", arrival: sequence, createdAt: at });
}

/** Queues that a case is void, if a report of it was queued before. */
export async function queueVoid({ queries, sequence, at }: Change, caseId: string): Promise<void> {
  const [last] = await queries
    .select({ reportId: reports.id })
    .from(deliveries)
    .innerJoin(reports, eq(reports.id, deliveries.reportId))
    .where(eq(reports.caseId, caseId))
    .orderBy(desc(reports.number))
    .limit(1);
  if (last !== undefined)
    await insert(queries, { reportId: last.reportId, kind: "void", arrival: sequence, createdAt: at });
}

async function insert(
  queries: Queries,
  row: Pick<Delivery, "reportId" | "kind" | "arrival" | "createdAt">,
): Promise<void> {
  const id = randomUUID();
  // MSH-10 has 20 characters up to version 2.6.
  const controlId = id.replaceAll("-", "").slice(0, 20).toUpperCase();
  await queries.insert(deliveries).values({ id, ...row, controlId, state: "waiting", tries: 0 });
}

/** The first result that waits. */
export async function nextDelivery({ database: { queries } }: Store): Promise<Delivery | undefined> {
  const [found] = await queries
    .select()
    .from(deliveries)
    .where(eq(deliveries.state, "waiting"))
    .orderBy(asc(deliveries.arrival))
    .limit(1)
    .catch(tellIfGone);
  return found;
}

/** The delivery of a report; undefined if it was not queued. */
export async function deliveryOf(queries: Queries, reportId: string): Promise<Delivery | undefined> {
  const all = await queries.select().from(deliveries).where(eq(deliveries.reportId, reportId)).catch(tellIfGone);
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

/** Ends a delivery, which the trail keeps. */
export async function endDelivery(
  store: Store,
  { id, reportId, controlId, kind }: Delivery,
  { state, answer, fault }: { readonly state: "sent" | "refused" } & Pick<Delivery, "answer" | "fault">,
): Promise<void> {
  const wish: Wish = { actor: "connections", key: randomUUID(), kind: `result.${state}`, asks: { id } };
  await change(store, wish, async ({ queries, at }) => {
    await queries.update(deliveries).set({ state, answer, fault, endedAt: at }).where(eq(deliveries.id, id));
    return { content: { report: reportId, of: kind, controlId, fault }, answer: {} };
  });
}

/** Sends a result once more, under its control id: one that was refused is written again, as the settings say now. @throws ERR_NOT_FOUND */
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

/** A delivery, as it is listed. */
export type ListedDelivery = Delivery & { readonly caseId: string; readonly name: string; readonly number: number };

/** The last deliveries, the latest first. */
export async function listDeliveries({ database: { queries } }: Store, limit: number): Promise<ListedDelivery[]> {
  const rows = await queries
    .select({ delivery: deliveries, caseId: cases.id, name: cases.name, number: reports.number })
    .from(deliveries)
    .innerJoin(reports, eq(reports.id, deliveries.reportId))
    .innerJoin(cases, eq(cases.id, reports.caseId))
    .orderBy(desc(deliveries.arrival))
    .limit(limit)
    .catch(tellIfGone);
  return rows.map(({ delivery, ...of }) => ({ ...delivery, ...of }));
}
