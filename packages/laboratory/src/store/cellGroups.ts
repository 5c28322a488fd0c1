import { and, eq, sql } from "drizzle-orm";
import { LEAVES } from "leukogram/cells/cropCounts";
import type { CellGroup } from "leukogram/review/count";
import { type Queries, tellIfGone } from "./database/database.ts";
import { cells, labels } from "./schema.ts";

// As text: a parameter would not be the same in both places of the statement.
const leaves = sql<boolean | null>`${cells.cropOutside} > ${sql.raw(String(LEAVES))}`;

/** The cells of a case in groups: few rows however many cells there are. */
export async function groupCells(queries: Queries, caseId: string): Promise<CellGroup[]> {
  const { status, predicted, isRejected, isUnfamiliar, cropNucleus: hasNucleus } = cells;
  const said = { status, predicted, isRejected, isUnfamiliar, leaves, hasNucleus };
  return await queries
    .select({
      ...said,
      label: labels.label,
      labelCountsAs: labels.countsAs,
      count: sql<number>`count(*)`.mapWith(Number),
    })
    .from(cells)
    .leftJoin(labels, and(eq(labels.cellId, cells.id), eq(labels.reading, "first")))
    .where(eq(cells.caseId, caseId))
    .groupBy(...Object.values(said), labels.label, labels.countsAs)
    .catch(tellIfGone);
}
