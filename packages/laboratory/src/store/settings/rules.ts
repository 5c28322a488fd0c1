import { canonicalJson } from "../canonicalJson.ts";
import type { Queries } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** What a laboratory demands of a count before it is signed without a reason. */
export type Rules = {
  /** The smallest number of cells counted. */
  readonly leastCells: number;
  /** The largest share of unidentified cells, of these and those counted, 0 to 1. */
  readonly mostUnidentified: number;
  /** Values below or above these are critical. */
  readonly critical: ClassLimits;
  /** What makes a second reading needed. */
  readonly secondReader: readonly ("range" | "critical" | "unidentified")[];
};

/** Lower and upper limits by class: of its share in per cent, and of its cells, 10^9 per litre. */
export type ClassLimits = {
  readonly percent: ByClass;
  readonly absolute: ByClass;
};

type ByClass = { readonly [name: string]: readonly [low: number | null, high: number | null] };

/** Rules of a laboratory that has not set its own. */
export const DEFAULT_RULES: Rules = {
  ...{ leastCells: 100, mostUnidentified: 0.1 },
  critical: { percent: {}, absolute: {} },
  secondReader: [],
};

/** Where they are written. */
const RULES = "rules";

/** The laboratory's rules. */
export async function readRules(queries: Queries): Promise<Rules> {
  return { ...DEFAULT_RULES, ...(await readSetting<Rules>(queries, RULES)) };
}

/** Rules that change; what is undefined stays. */
export type RulesChange = { readonly [K in keyof Rules]?: Rules[K] | undefined };

/** Sets the laboratory's rules; the trail keeps those before. */
export async function changeRules(store: Store, wish: Wish, changes: RulesChange): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readRules(queries);
    const rules = { ...before, ...definedOf(changes) };
    if (canonicalJson(rules) === canonicalJson(before)) return { answer: {} };
    await writeSetting(queries, RULES, rules);
    return { content: { rules: { ...rules }, before: { ...before } }, answer: {} };
  });
}

const definedOf = (changes: RulesChange) =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<Rules>;
