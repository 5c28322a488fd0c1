import { eq } from "drizzle-orm";
import { type Queries, tellIfGone } from "./database/database.ts";
import { settings } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** What a laboratory demands of a count before it is signed without a reason. */
export interface Rules {
  /** The smallest number of cells counted. */
  readonly leastCells: number;
  /** The largest share of unidentified cells, of these and those counted, 0 to 1. */
  readonly mostUnidentified: number;
}

/** Rules of a laboratory that has not set its own. */
export const DEFAULT_RULES: Rules = { leastCells: 100, mostUnidentified: 0.1 };

/** Where they are written. */
const RULES = "rules";

/** The laboratory's rules. */
export async function readRules(queries: Queries): Promise<Rules> {
  const [found] = await queries.select().from(settings).where(eq(settings.name, RULES)).catch(tellIfGone);
  return found === undefined ? DEFAULT_RULES : { ...DEFAULT_RULES, ...(JSON.parse(found.value) as Rules) };
}

/** Sets the laboratory's rules; the trail keeps those before. */
export async function changeRules(store: Store, wish: Wish, rules: Rules): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readRules(queries);
    if (before.leastCells === rules.leastCells && before.mostUnidentified === rules.mostUnidentified)
      return { answer: {} };
    const value = JSON.stringify(rules);
    await queries
      .insert(settings)
      .values({ name: RULES, value })
      .onConflictDoUpdate({ target: settings.name, set: { value } });
    return { content: { rules: { ...rules }, before: { ...before } }, answer: {} };
  });
}
