import { eq } from "drizzle-orm";
import { sha256 } from "./canonicalJson.ts";
import { tellIfGone } from "./database/database.ts";
import { head, reports } from "./schema.ts";
import type { Store } from "./store.ts";
import { allEvents, FIRST_HASH, hashOf, readEvents } from "./trail.ts";

/** What verifying the trail found. */
export interface Verified {
  readonly isWhole: boolean;
  readonly events: number;
  readonly head: string;
  /** Where it is broken, and how. */
  readonly fault: string | null;
}

/** Computes the whole chain again: numbers without gaps, each hash, the head; and that signed reports are those that were signed. */
export async function verifyTrail(store: Store): Promise<Verified> {
  let [previous, sequence] = [FIRST_HASH, 0];
  const signed = new Map<string, string>();
  const broken = (fault: string): Verified => ({ isWhole: false, events: sequence, head: previous, fault });
  for await (const event of allEvents(store)) {
    if (event.sequence !== sequence + 1)
      return broken(`event ${sequence + 1} is missing: the next event is ${event.sequence}`);
    if (event.previous !== previous) return broken(`event ${event.sequence} does not match the event before it`);
    if (hashOf(previous, event) !== event.hash) return broken(`event ${event.sequence} was changed`);
    [previous, sequence] = [event.hash, event.sequence];
    if (event.kind === "case.signed") signed.set(String(event.content.report), String(event.content.sha256));
  }
  const { queries } = store.database;
  const [last] = await queries.select().from(head).catch(tellIfGone);
  // Events may have come while it was read.
  const later = await readEvents(store, { after: sequence, limit: 1 });
  if (later.length === 0 && (last?.sequence !== sequence || last.hash !== previous))
    return broken(`the trail ends at ${sequence}, but its head is at ${last?.sequence}`);
  for (const [id, hash] of signed) {
    // One at a time: each names all cells of its case.
    const [kept] = await queries.select().from(reports).where(eq(reports.id, id)).catch(tellIfGone);
    if (kept === undefined) return broken(`report ${id} is missing`);
    if (kept.sha256 !== hash || sha256(kept.content) !== hash)
      return broken(`report ${id} differs from the signed report`);
  }
  return { isWhole: true, events: sequence, head: previous, fault: null };
}
