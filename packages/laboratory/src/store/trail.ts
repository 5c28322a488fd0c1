// The append-only trail: each change is one transaction with its event, and events are chained by their hashes.

import { LeukogramError } from "@leukogram/engine/core/errors";
import { eq, sql } from "drizzle-orm";
import { canonicalJson, type Json, sha256 } from "./canonicalJson.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { answers, cases, events, head } from "./schema.ts";
import type { Store } from "./store.ts";

/** Who wants what. */
export interface Wish {
  readonly actor: string;
  /** A UUID that the client makes once a wish, and sends again with each try. */
  readonly key: string;
  /** Such as `cells.labelled`. */
  readonly kind: string;
  /** What is asked for, without secrets: the same key with another wish is refused. */
  readonly asks: Json;
}

/** What a change is given: the transaction, and where its event will stand in the trail. */
export interface Change {
  readonly queries: Queries;
  readonly sequence: number;
  readonly at: Date;
}

/** What a change did. */
export interface Done<T extends Json> {
  /** For the trail; left out where nothing changed, and then there is no event. */
  readonly content?: { readonly [key: string]: Json | undefined } | undefined;
  /** The case that changed: its revision grows by one. */
  readonly caseId?: string | undefined;
  /** Cells that look different now. */
  readonly cells?: readonly string[] | undefined;
  /** For the one who asked, now and at each later try. */
  readonly answer: T;
}

/**
 * Changes something, once: rows, event and answer in one transaction, whose order in the trail is that of its commit.
 * A key that was used gives the answer of then.
 *
 * @throws ERR_KEY if the key was used for another wish; ERR_DATABASE; whatever `work` throws, and then nothing has changed.
 */
export async function change<T extends Json>(
  store: Store,
  { actor, key, kind, asks }: Wish,
  work: (change: Change) => Promise<Done<T>>,
): Promise<T> {
  const wish = sha256(canonicalJson({ actor, kind, asks }));
  const { answer, caseId, cells } = await store.database.transaction(async (queries) => {
    // Whoever holds this row is alone, so that numbers have no gaps and a key has one user.
    const [last] = await queries.select().from(head).for("update");
    const [known] = await queries.select().from(answers).where(eq(answers.key, key));
    if (known !== undefined) {
      if (known.wish === wish) return { answer: known.answer as T, caseId: undefined, cells: undefined };
      throw new LeukogramError("ERR_KEY", "this Idempotency-Key was used for another request", {
        hint: "Create a new UUID for each request.",
      });
    }
    const [sequence, at] = [last!.sequence + 1, store.now()];
    const done = await work({ queries, sequence, at });
    if (done.content === undefined) return { ...done, caseId: undefined };
    const event = {
      sequence,
      at: at.toISOString(),
      actor,
      kind,
      case: done.caseId ?? null,
      content: done.content,
    };
    const hash = hashOf(last!.hash, event);
    await keep(queries, { ...event, at, hash, previous: last!.hash }, { key, wish, answer: done.answer });
    return done;
  });
  if (caseId !== undefined) store.changed({ caseId, cells: cells ?? [] });
  return answer;
}

interface NewEvent extends Omit<TrailEvent, "at"> {
  readonly at: Date;
  readonly hash: string;
  readonly previous: string;
}

// The event, the head, the case's revision and the answer in one statement: each is a way to the database and back.
async function keep(
  queries: Queries,
  { sequence, at, actor, kind, case: caseId, content, hash, previous }: NewEvent,
  { key, wish, answer }: { readonly key: string; readonly wish: string; readonly answer: Json },
): Promise<void> {
  const told = queries
    .$with("told")
    .as(
      queries
        .insert(events)
        .values({ sequence, at, actor, kind, caseId, content: canonicalJson(content), previous, hash, key }),
    );
  const moved = queries.$with("moved").as(queries.update(head).set({ sequence, hash }));
  const grown = queries.$with("grown").as(
    queries
      .update(cases)
      .set({ revision: sql`${cases.revision} + 1` })
      .where(caseId === null ? sql`false` : eq(cases.id, caseId)),
  );
  await queries.with(told, moved, grown).insert(answers).values({ key, wish, answer });
}

/** An event, as it is hashed and goes over the wire, without its hashes. */
export interface TrailEvent {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly kind: string;
  readonly case: string | null;
  readonly content: Json;
}

/** SHA-256 of the hash before and the canonical JSON of the event. */
export function hashOf(previous: string, { sequence, at, actor, kind, case: caseId, content }: TrailEvent): string {
  return sha256(previous + canonicalJson({ sequence, at, actor, kind, case: caseId, content }));
}

/** The hash of the first event's `previous`. */
export const FIRST_HASH = "0".repeat(64);

/** Events as they go over the wire, in order, from the one after `after`. */
export async function readEvents(
  { database: { queries } }: Store,
  {
    after = 0,
    limit = 1000,
    caseId,
    cell,
  }: {
    readonly after?: number;
    readonly limit?: number;
    readonly caseId?: string | undefined;
    /** Only events whose content names this cell. */
    readonly cell?: string | undefined;
  } = {},
) {
  const rows = await queries
    .select()
    .from(events)
    .where(
      sql`${events.sequence} > ${after} ${caseId === undefined ? sql`` : sql`and (${events.caseId} = ${caseId} or (${events.kind} = 'cells.moved' and ${events.content} like ${`%"to":"${caseId}"%`}))`} ${cell === undefined ? sql`` : sql`and ${events.content} like ${`%"${cell}"%`}`}`,
    )
    .orderBy(events.sequence)
    .limit(limit)
    .catch(tellIfGone);
  return rows.map(({ at, caseId, content, key, ...row }) => ({
    ...row,
    at: at.toISOString(),
    case: caseId,
    content: JSON.parse(content) as { readonly [key: string]: Json },
    key,
  }));
}

/** All events, read in pages: memory does not grow with them. */
export async function* allEvents(store: Store) {
  for (let after = 0; ; ) {
    const page = await readEvents(store, { after });
    yield* page;
    if (page.length < 1000) return;
    after = page.at(-1)!.sequence;
  }
}
