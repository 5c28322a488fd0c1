import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { queueVoid } from "./connections/deliveries.ts";
import { requireOpenOrder } from "./connections/orders.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { cases, cells, labels } from "./schema.ts";
import type { Store } from "./store.ts";
import { type Change, change, type Wish } from "./trail.ts";

/** A case's row. */
export type CaseRow = typeof cases.$inferSelect;

/** What may be said of a case. */
export type CaseFacts = Pick<CaseRow, "name" | "leukocytes" | "age" | "sex" | "comment" | "signers"> &
  Partial<Pick<CaseRow, "patient" | "birthDate" | "collectedAt" | "assignee" | "priority" | "due">>;

/** Facts that change; what is undefined stays. */
export type CaseChanges = { readonly [K in keyof CaseFacts]?: CaseFacts[K] | undefined };

/** What {@link createCase} takes. */
export interface NewCase {
  readonly id: string;
  readonly facts: CaseFacts;
  readonly model: string;
  /** The order that it is made from, which must be open. */
  readonly order?: string;
}

/** Makes a case. `actor` and key as {@link change}. @returns its id. */
export async function createCase(
  store: Store,
  wish: Wish,
  { id, facts, model, order: orderId }: NewCase,
): Promise<string> {
  const { id: made } = await change(store, wish, async ({ queries, sequence, at }) => {
    const order = orderId === undefined ? undefined : await requireOpenOrder(queries, orderId);
    await queries.insert(cases).values({
      ...{ id, arrival: sequence, ...facts, model, orderId, status: "open", revision: 0 },
      ...{ createdBy: wish.actor, createdAt: at, secondReading: "none" },
    });
    return { caseId: id, content: { ...facts, model, order: order?.accession }, answer: { id } };
  });
  return made;
}

/** Changes what is said of an open case. */
export async function changeCase(
  store: Store,
  wish: Wish,
  {
    id,
    facts,
    ifRevision,
  }: { readonly id: string; readonly facts: CaseChanges; readonly ifRevision?: number | undefined },
): Promise<void> {
  await change(store, wish, async (given) => {
    const found = await openCase(given, { id, ifRevision });
    const changed = Object.fromEntries(
      Object.entries(facts).filter(([key, value]) => value !== undefined && value !== found[key as keyof CaseFacts]),
    );
    if (Object.keys(changed).length === 0) return { answer: {} };
    await given.queries.update(cases).set(changed).where(eq(cases.id, id));
    return { caseId: id, content: changed, answer: {} };
  });
}

/**
 * A case that is about to change.
 *
 * @throws ERR_NOT_FOUND; ERR_CONFLICT if it is signed or being signed, or is not as it was when it was looked at.
 */
export async function openCase(
  { queries }: Pick<Change, "queries">,
  { id, ifRevision }: { readonly id: string; readonly ifRevision?: number | undefined },
): Promise<CaseRow> {
  const found = await requireCase(queries, id);
  requireValid(found);
  if (found.status !== "open")
    throw new LeukogramError("ERR_CONFLICT", "the case is signed", {
      hint: "Amend the case, which reopens it with a reason.",
    });
  requireRevision(found, ifRevision);
  return found;
}

/** @throws ERR_CONFLICT if the case is void. */
export function requireValid({ status }: Pick<CaseRow, "status">): void {
  if (status === "void") throw new LeukogramError("ERR_CONFLICT", "the case is void", { hint: "Create another case." });
}

/** Voids a case, such as one under the wrong number: it stays with its reports, and can't be changed or signed any more. */
export async function voidCase(
  store: Store,
  wish: Wish,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<void> {
  await change(store, wish, async (given) => {
    const { queries } = given;
    const found = await requireCase(queries, id);
    requireValid(found);
    await queries.update(cases).set({ status: "void", voided: reason }).where(eq(cases.id, id));
    await queueVoid(given, id);
    return { caseId: id, content: { reason, before: found.status }, answer: {} };
  });
}

/** @throws ERR_CONFLICT if the case has changed since it had that revision. */
export function requireRevision({ revision }: CaseRow, ifRevision: number | undefined): void {
  if (ifRevision === undefined || ifRevision === revision) return;
  throw new LeukogramError("ERR_CONFLICT", `the case has changed: now at revision ${revision}, not ${ifRevision}`, {
    hint: "Load the case again.",
  });
}

/** A case's row. @throws ERR_NOT_FOUND */
export async function requireCase(queries: Queries, id: string): Promise<CaseRow> {
  const [found] = await queries.select().from(cases).where(eq(cases.id, id)).catch(tellIfGone);
  if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such case");
  return found;
}

/** How many of a case's cells are what, and how many files of uploads it misses. */
export interface CellCounts {
  readonly cells: number;
  readonly waiting: number;
  readonly bad: number;
  readonly reviewed: number;
  readonly awaited: number;
}

/** A case with what of its cells is done. */
export type CountedCase = CaseRow & CellCounts;

/** A case with its counts. @throws ERR_NOT_FOUND */
export async function readCase({ database: { queries } }: Pick<Store, "database">, id: string): Promise<CountedCase> {
  const found = await requireCase(queries, id);
  return (await withCounts(queries, [found]))[0]!;
}

/** In which order cases are listed. */
export type CaseOrder = "newest" | "oldest" | "name" | "urgency";

/** What {@link listCases} takes. */
export interface CaseQuery {
  readonly limit: number;
  /** Arrival of the last case of the page before. */
  readonly before?: number | undefined;
  /** What the name or the comment holds, in any case. */
  readonly search?: string | undefined;
  /** Its whole name, in any case, as a scanner reads it. */
  readonly name?: string | undefined;
  /** Who is to read it. */
  readonly assignee?: string | undefined;
  readonly status?: CaseRow["status"] | undefined;
  readonly sort?: CaseOrder;
}

/** A page of the cases that are asked for. */
export async function listCases(
  { database: { queries } }: Store,
  { limit, before, search = "", name: whole, assignee, status, sort = "newest" }: CaseQuery,
): Promise<CountedCase[]> {
  const { arrival, name, comment } = cases;
  const rank = sql`array_position(array['stat', 'urgent', 'routine'], ${cases.priority})`;
  const keys = {
    ...{ newest: sql`${arrival}`, oldest: sql`${arrival}`, name: sql`lower(${name}), ${arrival}` },
    // What has no time is after what has one.
    urgency: sql`${rank}, coalesce(${cases.due}, '~'), ${arrival}`,
  };
  const key = keys[sort];
  const last = sql`(select ${key} from ${cases} where ${arrival} = ${before})`;
  // What stands for other letters in a pattern stands for itself.
  const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await queries
    .select()
    .from(cases)
    .where(
      and(
        before === undefined ? undefined : sort === "newest" ? sql`(${key}) < ${last}` : sql`(${key}) > ${last}`,
        search === "" ? undefined : sql`(${name} ilike ${pattern} or ${comment} ilike ${pattern})`,
        status && eq(cases.status, status),
        whole === undefined ? undefined : sql`lower(${name}) = lower(${whole})`,
        assignee === undefined ? undefined : eq(cases.assignee, assignee),
      ),
    )
    .orderBy(sort === "newest" ? desc(arrival) : key)
    .limit(limit)
    .catch(tellIfGone);
  return await withCounts(queries, rows);
}

async function withCounts(queries: Queries, rows: readonly CaseRow[]): Promise<CountedCase[]> {
  if (rows.length === 0) return [];
  const count = (condition: ReturnType<typeof sql>) =>
    sql<number>`count(*) filter (where ${condition})`.mapWith(Number);
  const counted = await queries
    .select({
      caseId: cases.id,
      cells: sql<number>`count(${cells.id})`.mapWith(Number),
      waiting: count(sql`${cells.status} = 'waiting'`),
      bad: count(sql`${cells.status} = 'bad'`),
      reviewed: count(sql`${labels.label} is not null`),
      awaited: sql<number>`(select coalesce(sum(count), 0) from awaited_files where case_id = ${cases.id})`.mapWith(
        Number,
      ),
    })
    .from(cases)
    .leftJoin(cells, eq(cells.caseId, cases.id))
    .leftJoin(labels, and(eq(labels.cellId, cells.id), eq(labels.reading, "first")))
    .where(
      inArray(
        cases.id,
        rows.map(({ id }) => id),
      ),
    )
    .groupBy(cases.id)
    .catch(tellIfGone);
  const byCase = new Map(counted.map(({ caseId, ...counts }) => [caseId, counts]));
  return rows.map((row) => ({ ...row, ...byCase.get(row.id)! }));
}
