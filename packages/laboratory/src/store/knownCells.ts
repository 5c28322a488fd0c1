// Cells of all cases: those whose class somebody stands for, and all that can be learned from without.
import { and, eq, inArray, isNotNull, ne, or, sql } from "drizzle-orm";
import { calledLabel, countedLabel } from "leukogram/review/answer";
import type { CountedAs } from "leukogram/review/labels";
import { tellIfGone } from "./database/database.ts";
import { cases, cells, labels } from "./schema.ts";
import type { Store } from "./store.ts";

/** A cell that a reader labelled in a first reading. */
export interface LabelledCell {
  readonly cell: string;
  readonly case: string;
  readonly file: string;
  readonly sha256: string;
  readonly label: string;
}

/** All cells that readers labelled in first readings, in order of arrival; those of void cases are left out. */
export async function labelledCells({ database: { queries } }: Pick<Store, "database">): Promise<LabelledCell[]> {
  return await queries
    .select({ cell: cells.id, case: cells.caseId, file: cells.file, sha256: cells.sha256, label: labels.label })
    .from(labels)
    .innerJoin(cells, eq(cells.id, labels.cellId))
    .innerJoin(cases, eq(cases.id, cells.caseId))
    .where(and(eq(labels.reading, "first"), ne(cases.status, "void")))
    .orderBy(cells.arrival, cells.number)
    .catch(tellIfGone);
}

/** A cell to learn from. */
export interface CountedCell {
  readonly case: string;
  readonly sha256: string;
  /** What it is called, and what that counts as. */
  readonly called: string;
  readonly label: CountedAs;
  /** Whether a reader gave the label; else a signature confirmed the model's. */
  readonly isLabelled: boolean;
}

/**
 * Cells to learn from, by the label that counts: those that a reader labelled and, of signed cases, those that count as the
 * model said. Void cases teach nothing.
 *
 * @param wanted the cases; default: all.
 */
export async function countedCells(
  { database: { queries } }: Pick<Store, "database">,
  wanted?: readonly string[],
): Promise<CountedCell[]> {
  const isSigned = eq(cases.status, "signed");
  const { caseId, sha256, status, predicted, isRejected } = cells;
  const rows = await queries
    .select({
      case: caseId,
      sha256,
      status,
      predicted,
      isRejected,
      label: labels.label,
      labelCountsAs: labels.countsAs,
    })
    .from(cells)
    .innerJoin(cases, eq(cases.id, cells.caseId))
    .leftJoin(labels, and(eq(labels.cellId, cells.id), eq(labels.reading, "first")))
    .where(
      and(
        ne(cases.status, "void"),
        wanted && inArray(cases.id, [...wanted]),
        ne(cells.status, "bad"),
        or(isNotNull(labels.label), isSigned),
      ),
    )
    .orderBy(cells.arrival, cells.number)
    .catch(tellIfGone);
  return rows.flatMap((row) => {
    const label = countedLabel(row);
    const called = calledLabel(row);
    if (label === null || called === null) return [];
    return [{ case: row.case, sha256: row.sha256, called, label, isLabelled: row.label !== null }];
  });
}

// Images that could be read: a model has answered for them.
const isReadable = and(eq(cells.kind, "crop"), ne(cells.status, "bad"), isNotNull(cells.probabilities));

/** How many different images of cells there are, labelled or not. */
export async function countImages({ database: { queries } }: Pick<Store, "database">): Promise<number> {
  const [found] = await queries
    .select({ count: sql<number>`count(distinct ${cells.sha256})`.mapWith(Number) })
    .from(cells)
    .where(isReadable)
    .catch(tellIfGone);
  return found!.count;
}

/** The first different images of cells in order of arrival, labelled or not. */
export async function differentImages(
  { database: { queries } }: Pick<Store, "database">,
  limit: number,
): Promise<string[]> {
  const rows = await queries
    .select({ sha256: cells.sha256 })
    .from(cells)
    .where(isReadable)
    .groupBy(cells.sha256)
    .orderBy(sql`min(${cells.arrival})`, sql`min(${cells.number})`, cells.sha256)
    .limit(limit)
    .catch(tellIfGone);
  return rows.map(({ sha256 }) => sha256);
}

/** A cell of a signed case, to compare others with. */
export interface ReferenceCell {
  readonly cell: string;
  readonly number: number;
  readonly case: string;
  readonly caseName: string;
  readonly byReader: boolean;
}

/**
 * Cells that signed cases call by a label, those that readers labelled first, latest first; an image once. Images that cases in
 * a blind reading hold too are left out: their label would be said.
 */
export async function referenceCells(
  { database: { queries } }: Pick<Store, "database">,
  { label, count, hidden }: { readonly label: string; readonly count: number; readonly hidden: ReadonlySet<string> },
): Promise<ReferenceCell[]> {
  const isModel = sql`(labels.label is null and s.status = 'classified' and not s.is_rejected and s.predicted = ${label})`;
  const { rows } = (await queries
    .execute(
      sql`select cell, number, "case", "caseName", "byReader" from (
        select distinct on (s.sha256) s.id as cell, s.number, c.id as "case", c.name as "caseName",
          labels.label is not null as "byReader", s.arrival
        from cells s join cases c on c.id = s.case_id left join labels on labels.cell_id = s.id and labels.reading = 'first'
        where c.status = 'signed' and s.status <> 'bad' and (labels.label = ${label} or ${isModel})
          and not exists (select 1 from cells o where o.sha256 = s.sha256 and o.case_id = any(${sql.param([...hidden])}::uuid[]))
        order by s.sha256, labels.label is not null desc, s.arrival desc
      ) as found order by "byReader" desc, arrival desc, number limit ${count}`,
    )
    .catch(tellIfGone)) as unknown as { rows: ReferenceCell[] };
  return rows;
}
