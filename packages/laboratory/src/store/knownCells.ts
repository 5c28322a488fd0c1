// Cells of all cases: those whose class somebody stands for, and all that can be learned from without.
import { and, eq, inArray, isNotNull, ne, or, sql } from "drizzle-orm";
import { countedLabel } from "leukogram/review/answer";
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
  readonly label: string;
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
    .select({ case: caseId, sha256, status, predicted, isRejected, label: labels.label })
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
    return label === null ? [] : [{ case: row.case, sha256: row.sha256, label, isLabelled: row.label !== null }];
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
