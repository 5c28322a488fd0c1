import { canonicalJson } from "../canonicalJson.ts";
import type { Queries } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** Lower and upper limit. */
export type Pair = readonly [low: number, high: number];

/** What is usual for some. */
export type RangeGroup = {
  readonly name: string;
  /** Null for both. */
  readonly sex: "female" | "male" | null;
  /** Years below which it holds; null if there is no limit. */
  readonly below: number | null;
  /** White cells, 10^9 per litre; null if nothing is said of them. */
  readonly leukocytes: Pair | null;
  /** By class: shares in per cent, and cells in 10^9 per litre. */
  readonly percent: { readonly [name: string]: Pair };
  readonly absolute: { readonly [name: string]: Pair };
};

/** A laboratory's own reference ranges. */
export type LaboratoryRanges = {
  readonly source: string;
  /** The first day on which they hold, and the last one, ISO 8601; null if there is none. */
  readonly from: string;
  readonly until: string | null;
  /** The first one that fits counts; the last fits everybody. */
  readonly groups: readonly RangeGroup[];
};

const RANGES = "ranges";

/** The laboratory's own reference ranges; undefined if it has none. */
export const readLaboratoryRanges = (queries: Queries) => readSetting<LaboratoryRanges>(queries, RANGES);

/** Sets the laboratory's reference ranges, or takes them back; the trail keeps those before. */
export async function changeLaboratoryRanges(
  store: Store,
  wish: Wish,
  ranges: LaboratoryRanges | undefined,
): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readLaboratoryRanges(queries);
    if (canonicalJson(before ?? null) === canonicalJson(ranges ?? null)) return { answer: {} };
    await writeSetting(queries, RANGES, ranges);
    return { content: { ranges: ranges ?? null, before: before ?? null }, answer: {} };
  });
}
