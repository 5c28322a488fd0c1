import { and, eq, sql } from "drizzle-orm";
import { LEAVES } from "leukogram/cells/cropCounts";
import type { ReadCell } from "./cells.ts";
import { type Queries, tellIfGone } from "./database.ts";
import { cells, labels } from "./schema.ts";

/** Cells that are alike in all that a count asks. */
export interface CellGroup extends Pick<ReadCell, "status" | "predicted" | "isRejected" | "isUnfamiliar"> {
  /** What the first reading said. */
  readonly label: string | null;
  /** Whether their crops leave the picture, and whether a nucleus was found; null where they were not cropped. */
  readonly leaves: boolean | null;
  readonly hasNucleus: boolean | null;
  readonly count: number;
}

// As text: a parameter would not be the same in both places of the statement.
const leaves = sql<boolean | null>`${cells.cropOutside} > ${sql.raw(String(LEAVES))}`;

/** The cells of a case in groups: few rows however many cells there are. */
export async function groupCells(queries: Queries, caseId: string): Promise<CellGroup[]> {
  const { status, predicted, isRejected, isUnfamiliar, cropNucleus: hasNucleus } = cells;
  const said = { status, predicted, isRejected, isUnfamiliar, leaves, hasNucleus };
  return await queries
    .select({ ...said, label: labels.label, count: sql<number>`count(*)`.mapWith(Number) })
    .from(cells)
    .leftJoin(labels, and(eq(labels.cellId, cells.id), eq(labels.reading, "first")))
    .where(eq(cells.caseId, caseId))
    .groupBy(...Object.values(said), labels.label)
    .catch(tellIfGone);
}

/** The same of cells that are at hand. */
export function groupsOf(read: readonly ReadCell[]): CellGroup[] {
  return read.map(({ status, predicted, isRejected, isUnfamiliar, cropOutside, cropNucleus, first }) => ({
    ...{ status, predicted, isRejected, isUnfamiliar, label: first?.label ?? null, count: 1 },
    ...{ leaves: cropOutside === null ? null : cropOutside > LEAVES, hasNucleus: cropNucleus },
  }));
}
