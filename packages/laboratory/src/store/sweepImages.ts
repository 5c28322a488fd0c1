import { rm } from "node:fs/promises";
import { join } from "node:path";
import { tellIfGone } from "./database/database.ts";
import { listImages } from "./images.ts";
import { cells, removedCells } from "./schema.ts";
import type { Store } from "./store.ts";

/**
 * Removes kept files that no cell names, nor one that was taken out: their requests failed, or were broken off, before the row was written. While
 * uploads are under way it must not run. A folder of which not one file is named belongs to another database, and is left alone.
 *
 * @returns how many were removed.
 */
export async function sweepImages({ database: { queries }, images, folder }: Store): Promise<number> {
  const rows = await queries
    .select({ sha256: cells.sha256 })
    .from(cells)
    .union(queries.select({ sha256: removedCells.sha256 }).from(removedCells))
    .catch(tellIfGone);
  const named = new Set(rows.map(({ sha256 }) => sha256));
  const kept = [...listImages(join(folder, "images"))];
  const unnamed = kept.filter((sha256) => !named.has(sha256));
  if (unnamed.length === kept.length) return 0;
  for (const sha256 of unnamed) await rm(images.pathOf(sha256), { force: true });
  return unnamed.length;
}
