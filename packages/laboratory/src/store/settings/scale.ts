import { asc, eq, sql } from "drizzle-orm";
import type { Scale } from "leukogram/data/scale/scale";
import { type Queries, tellIfGone } from "../database/database.ts";
import { cases, cells } from "../schema.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** Where the scale of the laboratory's pictures is written. */
const SCALE = "scale";

/** The scale of the laboratory's pictures; undefined if it was neither told nor measured yet. */
export const readScale = (queries: Queries) => readSetting<Scale>(queries, SCALE);

/** What {@link changeScale} takes. */
export interface ScaleChange {
  /** Undefined if it is to be measured again. */
  readonly scale: Scale | undefined;
  /** Models that crop cells at the scale: what they said in open cases is asked again. */
  readonly cropping: readonly string[];
  /** Whether a scale that is there stays. */
  readonly keeps?: boolean;
}

/** Sets the scale of the laboratory's pictures; classified cells of open cases wait for their model again. */
export async function changeScale(store: Store, wish: Wish, { scale, cropping, keeps }: ScaleChange): Promise<void> {
  let moved: { readonly id: string; readonly caseId: string }[] = [];
  await change(store, wish, async ({ queries }) => {
    const before = await readScale(queries);
    if (before?.redCell === scale?.redCell || (keeps && before !== undefined)) return { answer: {} };
    await writeSetting(queries, SCALE, scale);
    moved = await askAgain(queries, cropping);
    const content = { scale: { ...scale }, before: { ...before }, cells: moved.length };
    return { content, answer: {} };
  });
  for (const caseId of new Set(moved.map((cell) => cell.caseId)))
    store.changed({ caseId, cells: moved.filter((cell) => cell.caseId === caseId).map(({ id }) => id) });
}

// Signed cases, and those that are being signed, stay as they are.
async function askAgain(queries: Queries, cropping: readonly string[]) {
  const moved = await queries
    .update(cells)
    .set({ status: "waiting" })
    .where(
      sql`${cells.status} = 'classified' and ${cells.model} = any(${sql.param([...cropping])}::text[])
        and ${cells.caseId} in (select id from ${cases} where status = 'open')`,
    )
    .returning({ id: cells.id, caseId: cells.caseId });
  const ids = [...new Set(moved.map(({ caseId }) => caseId))];
  if (ids.length > 0)
    await queries
      .update(cases)
      .set({ revision: sql`${cases.revision} + 1` })
      .where(sql`${cases.id} = any(${sql.param(ids)}::uuid[])`);
  return moved;
}

/** Images of the laboratory's first cells, in order of arrival. */
export async function firstImages({ database: { queries } }: Store, limit: number): Promise<string[]> {
  const rows = await queries
    .select({ sha256: cells.sha256 })
    .from(cells)
    .where(eq(cells.kind, "crop"))
    .orderBy(asc(cells.arrival), asc(cells.number))
    .limit(limit)
    .catch(tellIfGone);
  return [...new Set(rows.map(({ sha256 }) => sha256))];
}

/** Models that have answered for cells. */
export async function answeringModels({ database: { queries } }: Store): Promise<string[]> {
  const rows = await queries.selectDistinct({ model: cells.model }).from(cells).catch(tellIfGone);
  return rows.flatMap(({ model }) => model ?? []);
}
