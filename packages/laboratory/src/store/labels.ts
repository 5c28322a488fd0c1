import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, desc, eq, sql } from "drizzle-orm";
import { isBlind, type Reading, requireReading } from "leukogram/review/blindness";
import type { Json } from "./canonicalJson.ts";
import { openCase } from "./cases.ts";
import { cellsById, type ReadCell, readCells } from "./cells.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { cases, cells, events, labels } from "./schema.ts";
import { ownCountOf, readLabelSet } from "./settings/labels.ts";
import type { Store } from "./store.ts";
import { type Change, change, type Wish } from "./trail.ts";

/** A label for a cell; `replaces` is the one that the reader saw, undefined if any is to be replaced. */
export interface WantedLabel {
  readonly cell: string;
  readonly label: string | null;
  readonly replaces?: string | null | undefined;
}

/** A cell that somebody else labelled meanwhile: that label stays. */
export type LabelConflict = {
  readonly cell: string;
  readonly number: number;
  /** What the cell is called now, and by whom; null if its label was taken away. */
  readonly label: string | null;
  readonly by: string | null;
  /** What it was to be called. */
  readonly wanted: string | null;
};

/** What became of a change of labels. */
export type Labelled = { readonly revision: number; readonly conflicts: readonly LabelConflict[] };

/** What a reader wants changed. */
export interface LabelWish {
  readonly caseId: string;
  readonly reading: Reading;
  /** null takes a label away; of several for one cell the last holds. */
  readonly changes: readonly WantedLabel[];
  readonly via: string;
  readonly ifRevision?: number | undefined;
}

/** Labels cells of an open case: all or none, but for those that have another label by now than the one that is to be replaced. */
export async function labelCells(
  store: Store,
  wish: Wish,
  { caseId, reading, changes, via, ifRevision }: LabelWish,
): Promise<Labelled> {
  return await change<Labelled>(store, wish, async (given) => {
    const found = await openCase(given, { id: caseId, ifRevision });
    requireReading(found, { reading, user: wish.actor });
    const asked = new Map(changes.map((one) => [one.cell.toLowerCase(), one]));
    const wanted = new Map([...asked].map(([cell, { label }]) => [cell, label]));
    const set = await readLabelSet(given.queries);
    const names = new Set([...wanted.values()].filter((label) => label !== null));
    const counts = new Map([...names].map((name) => [name, ownCountOf(name, set)]));
    const read = await cellsById(given.queries, [...wanted.keys()]);
    if (read.length < wanted.size || read.some((cell) => cell.caseId !== caseId))
      throw new LeukogramError("ERR_NOT_FOUND", "the case has no such cell");
    const now = (cell: ReadCell) => cell[reading]?.label ?? null;
    const disputed = read.filter((cell) => {
      const { label, replaces } = asked.get(cell.id)!;
      return replaces !== undefined && now(cell) !== replaces && now(cell) !== label;
    });
    const conflicts = disputed.map((cell) => ({
      ...{ cell: cell.id, number: cell.number, label: now(cell) },
      ...{ by: cell[reading]?.by ?? null, wanted: wanted.get(cell.id)! },
    }));
    // A difference may be settled by what the first reader had said.
    const changed = read.filter(
      (cell) => !disputed.includes(cell) && (via === "settle" || now(cell) !== wanted.get(cell.id)),
    );
    if (changed.length + conflicts.length === 0) return { answer: { revision: found.revision, conflicts } };
    await write(given, { reading, changed, wanted, counts, by: wish.actor });
    const told = changed.map((cell) => ({
      cell: cell.id,
      before: cell[reading]?.label ?? null,
      label: wanted.get(cell.id)!,
    }));
    return {
      caseId,
      // What was wanted in vain is in the trail, so that it is not lost.
      content: { reading, via, changes: told, ...(conflicts.length > 0 && { conflicts }) },
      cells: [...changed, ...disputed].map(({ id }) => id),
      answer: { revision: found.revision + 1, conflicts },
    };
  });
}

interface Writing {
  readonly reading: Reading;
  readonly changed: readonly ReadCell[];
  readonly wanted: ReadonlyMap<string, string | null>;
  /** What labels of the laboratory's own count as. */
  readonly counts: ReadonlyMap<string, string | null>;
  readonly by: string;
}

async function write({ queries, at }: Change, { reading, changed, wanted, counts, by }: Writing): Promise<void> {
  const taken = changed.filter(({ id }) => wanted.get(id) === null).map(({ id }) => id);
  const given = changed.filter(({ id }) => wanted.get(id) !== null);
  if (taken.length > 0)
    await queries.delete(labels).where(sql`${labels.reading} = ${reading} and ${labels.cellId} in ${taken}`);
  if (given.length > 0)
    await queries
      .insert(labels)
      .values(
        given.map(({ id }) => {
          const label = wanted.get(id)!;
          return { cellId: id, reading, label, countsAs: counts.get(label), by, at };
        }),
      )
      .onConflictDoUpdate({
        target: [labels.cellId, labels.reading],
        set: {
          label: sql`excluded.label`,
          countsAs: sql`excluded.counts_as`,
          by: sql`excluded.by`,
          at: sql`excluded.at`,
        },
      });
}

/**
 * Starts the blind second reading of an open case, for the one who asks.
 *
 * @param mayBeFirst whether who labelled in the first reading may do the second too, where there is one user alone
 */
export async function startSecondReading(
  store: Store,
  wish: Wish,
  { caseId, mayBeFirst }: { readonly caseId: string; readonly mayBeFirst: boolean },
): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const { secondReading } = await openCase({ queries }, { id: caseId });
    const refuse = (message: string) => {
      throw new LeukogramError("ERR_CONFLICT", message);
    };
    if (secondReading !== "none") refuse(`the second reading of this case is ${secondReading}`);
    const [own] = await queries
      .select({ id: cells.id })
      .from(labels)
      .innerJoin(cells, eq(cells.id, labels.cellId))
      .where(sql`${cells.caseId} = ${caseId} and ${labels.reading} = 'first' and ${labels.by} = ${wish.actor}`)
      .limit(1);
    if (own !== undefined && !mayBeFirst)
      refuse("you did the first reading of this case; another user must do the second");
    await queries
      .update(cases)
      .set({ secondReading: "going on", secondReader: wish.actor })
      .where(eq(cases.id, caseId));
    return { caseId, content: {}, answer: {} };
  });
}

/** Ends the second reading of the one who asks; from then on it is no longer blind. `agreement` is kept in the trail. */
export async function finishSecondReading(
  store: Store,
  wish: Wish,
  {
    caseId,
    agreement,
  }: {
    readonly caseId: string;
    readonly agreement: (cells: readonly ReadCell[]) => Json;
  },
): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const found = await openCase({ queries }, { id: caseId });
    requireReading(found, { reading: "second", user: wish.actor });
    await queries.update(cases).set({ secondReading: "finished" }).where(eq(cases.id, caseId));
    return { caseId, content: { agreement: agreement(await readCells(queries, caseId)) }, answer: {} };
  });
}

/** What was kept of a second reading when it was finished, and when that was; undefined if none is. */
export async function finishedReading(
  queries: Queries,
  caseId: string,
): Promise<{ readonly agreement: Json; readonly at: Date } | undefined> {
  const [found] = await queries
    .select({ at: events.at, content: events.content })
    .from(events)
    .where(and(eq(events.caseId, caseId), eq(events.kind, "second-reading.finished")))
    .orderBy(desc(events.sequence))
    .limit(1)
    .catch(tellIfGone);
  return found && { at: found.at, agreement: (JSON.parse(found.content) as { agreement: Json }).agreement };
}

/** Cases whose blind second reading somebody is doing. */
export async function blindCases({ database: { queries } }: Store, reader: string): Promise<ReadonlySet<string>> {
  const rows = await queries
    .select({ id: cases.id, secondReading: cases.secondReading, secondReader: cases.secondReader })
    .from(cases)
    .where(eq(cases.secondReader, reader))
    .catch(tellIfGone);
  return new Set(rows.filter((row) => isBlind(row, reader)).map(({ id }) => id));
}
