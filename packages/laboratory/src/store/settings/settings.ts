import { eq } from "drizzle-orm";
import { type Queries, tellIfGone } from "../database/database.ts";
import { settings } from "../schema.ts";

/** What the laboratory has set under a name; undefined if nothing. */
export async function readSetting<T>(queries: Queries, name: string): Promise<T | undefined> {
  const [found] = await queries.select().from(settings).where(eq(settings.name, name)).catch(tellIfGone);
  return found && (JSON.parse(found.value) as T);
}

/** Sets it within a change; undefined takes it back. */
export async function writeSetting(queries: Queries, name: string, value: unknown): Promise<void> {
  if (value === undefined) {
    await queries.delete(settings).where(eq(settings.name, name));
    return;
  }
  const text = JSON.stringify(value);
  await queries
    .insert(settings)
    .values({ name, value: text })
    .onConflictDoUpdate({ target: settings.name, set: { value: text } });
}
