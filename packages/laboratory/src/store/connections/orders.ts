import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, desc, eq, isNull, ne, sql } from "drizzle-orm";
import type { OrderRequest } from "../../interfaces/hl7/parseOrders.ts";
import { type Order, patientName } from "../../interfaces/order.ts";
import { type Queries, tellIfGone } from "../database/database.ts";
import { cases, orders } from "../schema.ts";
import type { Store } from "../store.ts";
import { type Change, change, type Wish } from "../trail.ts";

/** An order's row. */
export type OrderRow = Omit<typeof orders.$inferSelect, "content"> & { readonly content: Order };

/** An order of the worklist, with the case that was made from it and is not void. */
export type ListedOrder = OrderRow & {
  readonly case: { readonly id: string; readonly name: string; readonly status: string } | null;
};

/**
 * Takes the orders of one message, all or none: what is new or changed is written to the worklist, and what is cancelled stays there as
 * cancelled.
 *
 * @throws ERR_KEY if the message's key was used for another; ERR_CONFLICT if an order does not go with what is known of it.
 */
export async function receiveOrders(store: Store, wish: Wish, requests: readonly OrderRequest[]): Promise<void> {
  await change(store, wish, async (given) => {
    for (const { kind, order } of requests) await (kind === "cancel" ? cancelOrder : keepOrder)(given, order);
    return { content: { orders: requests }, answer: {} };
  });
}

async function keepOrder({ queries, sequence, at }: Change, order: Order): Promise<void> {
  const found = await findOrder(queries, order);
  const { sender, accession } = order;
  if (found === undefined) {
    const row = { id: randomUUID(), arrival: sequence, sender, accession, content: order };
    await queries.insert(orders).values({ ...row, status: "requested", receivedAt: at });
    return;
  }
  const { patientId, assigner } = found.content;
  if (patientId !== order.patientId || assigner !== order.assigner)
    throw new LeukogramError("ERR_CONFLICT", `the accession number ${accession} belongs to another patient`, {
      hint: "Cancel that order, and use another number.",
    });
  await queries.update(orders).set({ content: order, status: "requested" }).where(eq(orders.id, found.id));
}

async function cancelOrder({ queries }: Change, order: Order): Promise<void> {
  const found = await findOrder(queries, order);
  if (found === undefined)
    throw new LeukogramError("ERR_CONFLICT", `no order has the accession number ${order.accession}`, {
      hint: "Cancel an order under the number that it was sent with.",
    });
  const of = await liveCase(queries, found.id);
  if (of?.status === "signed")
    throw new LeukogramError("ERR_CONFLICT", `the order ${order.accession} is already reported`, {
      hint: "Ask the laboratory to void the report.",
    });
  await queries.update(orders).set({ status: "cancelled" }).where(eq(orders.id, found.id));
}

async function findOrder(queries: Queries, { sender, accession }: Order): Promise<OrderRow | undefined> {
  const [found] = await queries
    .select()
    .from(orders)
    .where(and(eq(orders.sender, sender), eq(orders.accession, accession)));
  return found as OrderRow | undefined;
}

async function liveCase(queries: Queries, orderId: string) {
  const [found] = await queries
    .select()
    .from(cases)
    .where(and(eq(cases.orderId, orderId), ne(cases.status, "void")));
  return found;
}

/** An order. @throws ERR_NOT_FOUND */
export async function requireOrder(queries: Queries, id: string): Promise<OrderRow> {
  const [found] = await queries.select().from(orders).where(eq(orders.id, id)).catch(tellIfGone);
  if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such order");
  return found as OrderRow;
}

/** Refuses an order that was cancelled, or has a case. @throws ERR_CONFLICT */
export async function requireOpenOrder(queries: Queries, id: string): Promise<OrderRow> {
  const found = await requireOrder(queries, id);
  if (found.status === "cancelled")
    throw new LeukogramError("ERR_CONFLICT", `the order ${found.accession} was cancelled`);
  const of = await liveCase(queries, id);
  if (of !== undefined)
    throw new LeukogramError("ERR_CONFLICT", `the order ${found.accession} has a case: ${of.name}`, {
      hint: "Open that case, or void it first.",
    });
  return found;
}

/** What a case takes from its order; the age is that of the day. */
export function factsOfOrder(order: Order, today: Date) {
  const { accession, birthDate, collectedAt } = order;
  const born = birthDate === null ? undefined : new Date(`${birthDate}T00:00:00Z`);
  const years =
    born &&
    today.getUTCFullYear() -
      born.getUTCFullYear() -
      (today.toISOString().slice(5, 10) < born.toISOString().slice(5, 10) ? 1 : 0);
  const sex = { F: "female", M: "male" }[order.sex] ?? null;
  const age = years === undefined || years < 0 || years > 130 ? null : years;
  const person = { age, sex: sex as "female" | "male" | null, patient: patientName(order) || null, birthDate };
  return { name: accession, ...person, collectedAt, priority: priorityOf(order.priority) };
}

// Table 0027 of HL7 and table 0485, whose first component it is; what is neither is routine.
function priorityOf(code: string): "routine" | "urgent" | "stat" {
  if (/^(S|STAT)$/i.test(code)) return "stat";
  return /^(A|ASAP|T|TM\w*|C|UR|RUSH\w*)$/i.test(code) ? "urgent" : "routine";
}

/** Orders, the latest first; or the open ones, which are not cancelled and have no case, by accession number. */
export async function listOrders(
  { database: { queries } }: Store,
  {
    isOpen,
    accession = "",
    limit,
  }: { readonly isOpen: boolean; readonly accession?: string | undefined; readonly limit: number },
): Promise<ListedOrder[]> {
  const open = isOpen ? and(eq(orders.status, "requested"), isNull(cases.id)) : undefined;
  const rows = await queries
    .select({ order: orders, case: { id: cases.id, name: cases.name, status: cases.status } })
    .from(orders)
    .leftJoin(cases, and(eq(cases.orderId, orders.id), ne(cases.status, "void")))
    .where(and(open, sql`starts_with(${orders.accession}, ${accession})`))
    .orderBy(isOpen ? asc(orders.accession) : desc(orders.arrival), asc(orders.id))
    .limit(limit)
    .catch(tellIfGone);
  return rows.map((row) => ({ ...(row.order as OrderRow), case: row.case }));
}
