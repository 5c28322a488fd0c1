import { type SQL, sql } from "drizzle-orm";
import type { Queries } from "../database/database.ts";

/**
 * The rows of a query, a page at a time, so that memory does not grow with them. In a transaction alone, and one after the
 * other: the database keeps the place under one name.
 */
export async function* pagesOf<T>(queries: Queries, query: SQL, size: number): AsyncGenerator<T[], void, undefined> {
  await queries.execute(sql`declare pages cursor for ${query}`);
  for (;;) {
    const { rows } = (await queries.execute(sql.raw(`fetch ${size} from pages`))) as unknown as { rows: T[] };
    if (rows.length === 0) break;
    yield rows;
  }
  await queries.execute(sql`close pages`);
}
