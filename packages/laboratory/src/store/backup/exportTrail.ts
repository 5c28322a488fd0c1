import { canonicalJson } from "../canonicalJson.ts";
import type { Store } from "../store.ts";
import { allEvents } from "../trail.ts";

/** The whole trail as lines of JSON, one event each. */
export async function* exportTrail(store: Store): AsyncGenerator<string, void, undefined> {
  for await (const { key: _, ...event } of allEvents(store)) yield `${canonicalJson(event)}\n`;
}
