import { LeukogramError } from "@leukogram/engine/core/errors";
import { desc, eq } from "drizzle-orm";
import { type Queries, tellIfGone } from "./database/database.ts";
import { models, settings } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** A model that this laboratory made. */
export type ModelRow = typeof models.$inferSelect;

/** Where it is written which model new cases get. */
const ACTIVE = "model";

/** Models that this laboratory made, the latest first. */
export async function listModels({ database: { queries } }: Pick<Store, "database">): Promise<ModelRow[]> {
  return await queries.select().from(models).orderBy(desc(models.createdAt), models.id).catch(tellIfGone);
}

/** A model that this laboratory made; undefined if there is none of that id. */
export async function readModelRow(
  { database: { queries } }: Pick<Store, "database">,
  id: string,
): Promise<ModelRow | undefined> {
  const [found] = await queries.select().from(models).where(eq(models.id, id)).catch(tellIfGone);
  return found;
}

/** Adds a model, in a change that is under way. */
export async function addModel(queries: Queries, row: ModelRow): Promise<void> {
  await queries.insert(models).values(row).onConflictDoNothing();
}

/** The model that was activated last; undefined if none was. */
export async function activeModel({ database: { queries } }: Pick<Store, "database">): Promise<string | undefined> {
  const [found] = await queries.select().from(settings).where(eq(settings.name, ACTIVE)).catch(tellIfGone);
  return found?.value;
}

/**
 * Makes a model the one that new cases get.
 *
 * @param before the one that they got until now, for the trail.
 */
export async function activateModel(
  store: Store,
  wish: Wish,
  { id, before }: { readonly id: string; readonly before: string },
): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const [found] = await queries.select().from(settings).where(eq(settings.name, ACTIVE));
    if ((found?.value ?? before) === id) return { answer: {} };
    await queries
      .insert(settings)
      .values({ name: ACTIVE, value: id })
      .onConflictDoUpdate({ target: settings.name, set: { value: id } });
    return { content: { model: id, before: found?.value ?? before }, answer: {} };
  });
}

/** @throws ERR_NOT_FOUND, always. */
export function noSuchModel(): never {
  throw new LeukogramError("ERR_NOT_FOUND", "no such model", { hint: "GET /models lists them." });
}
