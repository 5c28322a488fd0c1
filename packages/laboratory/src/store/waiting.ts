// Cells that wait for their model.
import { and, asc, eq, sql } from "drizzle-orm";
import { tellIfGone } from "./database/database.ts";
import { cases, cells } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** A cell that waits for classification, and the model of its case. */
export type WaitingCell = {
  readonly id: string;
  readonly caseId: string;
  readonly file: string;
  readonly sha256: string;
  readonly model: string;
  /** Of its case in the order of all. */
  readonly turn: number;
};

/**
 * Cells that wait, case by case: first of the case made next after the one with the turn `after`, at last of that one itself. Those
 * of the models `except` are left out.
 */
export async function waitingCells(
  { database: { queries } }: Store,
  {
    limit,
    after = 0,
    except = [],
  }: { readonly limit: number; readonly after?: number; readonly except?: readonly string[] },
): Promise<WaitingCell[]> {
  // By way of the cases, so that no more rows are read of each than are wanted.
  const { rows } = (await queries
    .execute(
      sql`select cell.id, cell.case_id as "caseId", cell.file, cell.sha256, cases.model, cases.arrival as turn
          from (select distinct case_id from cells where status = 'waiting') as waiting
          join cases on cases.id = waiting.case_id and cases.model <> all(${sql.param([...except])}::text[])
          cross join lateral (
            select * from cells where cells.case_id = waiting.case_id and status = 'waiting' order by number limit ${limit}
          ) as cell
          order by cases.arrival <= ${after}, cases.arrival, cell.number
          limit ${limit}`,
    )
    .catch(tellIfGone)) as unknown as { readonly rows: readonly WaitingCell[] };
  return rows.map((row) => ({ ...row, turn: Number(row.turn) }));
}

/** How many cells of each case wait, the oldest case first. */
export async function waitingCases({
  database: { queries },
}: Pick<Store, "database">): Promise<{ caseId: string; waiting: number }[]> {
  return await queries
    .select({ caseId: cases.id, waiting: sql<number>`count(*)`.mapWith(Number) })
    .from(cells)
    .innerJoin(cases, eq(cases.id, cells.caseId))
    .where(eq(cells.status, "waiting"))
    .groupBy(cases.id)
    .orderBy(asc(cases.arrival))
    .catch(tellIfGone);
}

/** Says of all cells that wait for a model why they do: one change a case, and none if they say so already. */
export async function holdCells(
  store: Store,
  wish: () => Wish,
  { model, reason }: { readonly model: string; readonly reason: string },
): Promise<void> {
  const isSilent = sql`${cells.status} = 'waiting' and ${cells.error} is distinct from ${reason}`;
  const { queries: now } = store.database;
  const found = await now
    .selectDistinct({ caseId: cells.caseId })
    .from(cells)
    .innerJoin(cases, eq(cases.id, cells.caseId))
    .where(and(isSilent, eq(cases.model, model)))
    .catch(tellIfGone);
  for (const { caseId } of found)
    await change(store, wish(), async ({ queries }) => {
      const held = await queries
        .update(cells)
        .set({ error: reason })
        .where(and(isSilent, eq(cells.caseId, caseId)))
        .returning({ id: cells.id });
      const ids = held.map(({ id }) => id);
      return { caseId, content: { model, reason, cells: ids }, cells: ids, answer: {} };
    });
}
