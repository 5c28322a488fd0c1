import { LeukogramError } from "@leukogram/engine/core/errors";
import { asc, desc, eq, inArray } from "drizzle-orm";
import { canonicalJson, type Json } from "./canonicalJson.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { addModel, type ModelRow } from "./models.ts";
import { runs } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** A training or adaptation. */
export type RunRow = typeof runs.$inferSelect;

/** Where it stands. */
export type RunStatus = RunRow["status"];

/** What a run is made of. */
export interface NewRun {
  readonly id: string;
  readonly kind: RunRow["kind"];
  readonly name: string;
  readonly settings: { readonly [key: string]: Json | undefined };
  readonly progress: Json;
}

/** Makes a run, which waits. @returns its id, of the first try where there were several. @throws ERR_CONFLICT if the same waits or runs */
export async function createRun(store: Store, wish: Wish, { id, kind, name, ...given }: NewRun): Promise<string> {
  const made = await change(store, wish, async ({ queries, sequence, at }) => {
    const open = await queries
      .select()
      .from(runs)
      .where(inArray(runs.status, ["waiting", "running"]));
    const same = open.find((row) => row.kind === kind && sameSettings(row.settings, given.settings));
    if (same !== undefined)
      throw new LeukogramError("ERR_CONFLICT", `the same is ${same.status}: ${same.name}`, {
        hint: "Wait until it is finished, or cancel it.",
      });
    await queries.insert(runs).values({
      ...{ id, kind, name, ...given, arrival: sequence, status: "waiting" },
      ...{ startedBy: wish.actor, createdAt: at },
    });
    return { content: { run: id, kind, name, ...given.settings }, answer: { id } };
  });
  return made.id;
}

/** Whether two runs are asked for the same: what is left out is left out in both. */
export const sameSettings = (one: unknown, other: unknown): boolean =>
  canonicalJson(JSON.parse(JSON.stringify(one))) === canonicalJson(JSON.parse(JSON.stringify(other)));

/** All runs, the latest first. */
export async function listRuns({ database: { queries } }: Pick<Store, "database">, limit = 500): Promise<RunRow[]> {
  return await queries.select().from(runs).orderBy(desc(runs.arrival)).limit(limit).catch(tellIfGone);
}

/** A run. @throws ERR_NOT_FOUND */
export async function requireRun({ database: { queries } }: Pick<Store, "database">, id: string): Promise<RunRow> {
  return await runOf(queries, id).catch(tellIfGone);
}

/** Runs that are under way, or wait for it, in order of arrival. */
export async function openRuns({ database: { queries } }: Pick<Store, "database">): Promise<RunRow[]> {
  return await queries
    .select()
    .from(runs)
    .where(inArray(runs.status, ["waiting", "running"]))
    .orderBy(asc(runs.arrival))
    .catch(tellIfGone);
}

/** What changes of a run when it begins or ends. */
export interface RunChange {
  readonly id: string;
  readonly from: readonly RunStatus[];
  readonly to: RunStatus;
  readonly error?: string | null;
  readonly progress?: Json;
  /** What it found: name and text of each. */
  readonly findings?: Json;
  /** What a run made: it is there, or not, together with the run's end. */
  readonly model?: ModelRow | undefined;
}

/**
 * Moves a run on; one that is no longer where it was stays as it is, which is no error of whoever watches it.
 *
 * @returns whether it was moved.
 */
export async function moveRun(
  store: Store,
  wish: Wish,
  { id, from, to, error = null, progress, findings, model }: RunChange,
): Promise<boolean> {
  const { moved } = await change<{ moved: boolean }>(store, wish, async ({ queries, at }) => {
    const found = await runOf(queries, id);
    if (!from.includes(found.status)) return { answer: { moved: false } };
    if (model !== undefined) await addModel(queries, { ...model, createdAt: at });
    const isOver = to !== "waiting" && to !== "running";
    await queries
      .update(runs)
      .set({
        status: to,
        error,
        finishedAt: isOver ? at : null,
        ...(progress && { progress }),
        ...(findings && { findings }),
        model: model?.id ?? null,
      })
      .where(eq(runs.id, id));
    const told = { run: id, status: to, ...(error !== null && { error }), ...(model && { model: model.id }) };
    return { content: told, answer: { moved: true } };
  });
  return moved;
}

async function runOf(queries: Queries, id: string): Promise<RunRow> {
  const [found] = await queries.select().from(runs).where(eq(runs.id, id));
  if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such run");
  return found;
}
