// Cells that came to the wrong case, and cases that may be one.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, eq, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { type CaseRow, openCase } from "./cases.ts";
import { cellsById, type ReadCell } from "./cells.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { cases, cells, events, labels, removedCells } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** What {@link moveCells} takes. */
export interface CellMove {
  readonly caseId: string;
  readonly cells: readonly string[];
  /** The other case; null if they are taken out. */
  readonly to: string | null;
  readonly reason: string;
}

/**
 * Moves cells of an open case to another, with their first labels, or takes them out. What a model of another name than the
 * other case's said is asked again.
 *
 * @throws ERR_NOT_FOUND if there is no such cell or case; ERR_CONFLICT if a case is not open or read a second time, or has the image.
 */
export async function moveCells(store: Store, wish: Wish, { caseId, cells: ids, to, reason }: CellMove): Promise<void> {
  const moved = await change<{ ids: string[] }>(store, wish, async ({ queries }) => {
    requireUnread(await openCase({ queries }, { id: caseId }));
    const found = await cellsById(queries, [...new Set(ids)]);
    if (found.length < new Set(ids).size || found.some((cell) => cell.caseId !== caseId))
      throw new LeukogramError("ERR_NOT_FOUND", "the case has no such cell");
    if (to === null) await takeOut(queries, found);
    else await moveTo(queries, found, to);
    const told = found.map(({ id, number, file, sha256, first }) => {
      return { id, number, file, sha256, label: first?.label ?? null };
    });
    return { caseId, content: { to, reason, cells: told }, cells: ids, answer: { ids: found.map(({ id }) => id) } };
  });
  if (to !== null) store.changed({ caseId: to, cells: moved.ids });
}

// A blind reader would see cells come and go, and the readings would be of other cells.
function requireUnread({ secondReading }: CaseRow): void {
  if (secondReading === "going on")
    throw new LeukogramError("ERR_CONFLICT", "a second reading of the case is in progress", {
      hint: "Move cells when it is finished.",
    });
}

const idsOf = (found: readonly ReadCell[]) => sql`${sql.param(found.map(({ id }) => id))}::uuid[]`;

async function takeOut(queries: Queries, found: readonly ReadCell[]): Promise<void> {
  const rows = found.map(({ id, caseId, number, file, sha256 }) => ({ id, caseId, number, file, sha256 }));
  await queries.insert(removedCells).values(rows);
  await queries.delete(labels).where(sql`${labels.cellId} = any(${idsOf(found)})`);
  await queries.delete(cells).where(sql`${cells.id} = any(${idsOf(found)})`);
}

async function moveTo(queries: Queries, found: readonly ReadCell[], to: string): Promise<void> {
  const target = await openCase({ queries }, { id: to });
  requireUnread(target);
  if (found[0]!.caseId === to) throw new LeukogramError("ERR_CONFLICT", "the cells are in this case already");
  const hashes = sql.param(found.map(({ sha256 }) => sha256));
  const [same] = await queries
    .select({ number: cells.number })
    .from(cells)
    .where(and(eq(cells.caseId, to), sql`${cells.sha256} = any(${hashes})`))
    .limit(1);
  if (same !== undefined)
    throw new LeukogramError("ERR_CONFLICT", `the other case has one of these images already, as cell ${same.number}`, {
      hint: "Take the cell out instead.",
    });
  await queries.delete(labels).where(sql`${labels.reading} = 'second' and ${labels.cellId} = any(${idsOf(found)})`);
  // Numbers go on behind the last one, in the order that the cells had.
  await queries.execute(sql`
    update cells set case_id = ${to}::uuid, number = place.number,
      status = case when cells.status = 'classified' and cells.model <> ${target.model} then 'waiting' else cells.status end
    from (
      select id, (select coalesce(max(number), 0) from cells where case_id = ${to}::uuid) + row_number() over (order by number) as number
      from cells where id = any(${idsOf(found)})
    ) as place
    where cells.id = place.id`);
  await queries
    .update(cases)
    .set({ revision: sql`${cases.revision} + 1` })
    .where(eq(cases.id, to));
}

/** Cells that came to these cases from others: what was said of them there says what they are. */
export async function movedInto({ database: { queries } }: Store, caseIds: ReadonlySet<string>): Promise<string[]> {
  if (caseIds.size === 0) return [];
  const rows = await queries
    .select({ content: events.content })
    .from(events)
    .where(eq(events.kind, "cells.moved"))
    .catch(tellIfGone);
  return rows.flatMap(({ content }) => {
    const { to, cells: moved } = JSON.parse(content) as { to: string | null; cells: { id: string }[] };
    return to !== null && caseIds.has(to) ? moved.map(({ id }) => id) : [];
  });
}

/** Another case, and how many images it shares. */
export interface SharingCase {
  readonly id: string;
  readonly name: string;
  readonly images: number;
}

/** Other cases of the same name, and others with the same images, oldest first; void ones are left out. */
export async function twinsOf({ database: { queries } }: Pick<Store, "database">, { id, name }: CaseRow) {
  const other = and(ne(cases.id, id), ne(cases.status, "void"));
  const named = await queries
    .select({ id: cases.id, name: cases.name })
    .from(cases)
    .where(and(other, sql`lower(${cases.name}) = lower(${name})`))
    .orderBy(asc(cases.arrival))
    .catch(tellIfGone);
  const own = alias(cells, "own");
  const sharing: SharingCase[] = await queries
    .select({ id: cases.id, name: cases.name, images: sql<number>`count(*)`.mapWith(Number) })
    .from(own)
    .innerJoin(cells, eq(cells.sha256, own.sha256))
    .innerJoin(cases, eq(cases.id, cells.caseId))
    .where(and(eq(own.caseId, id), other))
    .groupBy(cases.id)
    .orderBy(asc(cases.arrival))
    .catch(tellIfGone);
  return { named, sharing };
}
