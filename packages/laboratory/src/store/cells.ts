import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { type Arrived, takeArrived } from "./awaited.ts";
import { openCase } from "./cases.ts";
import { queueReady } from "./connections/deliveries.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { cells, labels } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** A cell's row. */
export type CellRow = typeof cells.$inferSelect;

/** What a reader said of a cell. */
export type LabelRow = typeof labels.$inferSelect;

/** A cell with what readers said. */
export interface ReadCell extends CellRow {
  readonly first: LabelRow | undefined;
  readonly second: LabelRow | undefined;
}

/** An image file that is kept, to become a cell. */
export interface NewCell {
  readonly id: string;
  readonly file: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
}

/** Which cells were made, and which were there already. */
export interface AddedCells {
  readonly added: readonly { readonly id: string; readonly file: string; readonly sha256: string }[];
  readonly known: readonly { readonly id: string; readonly file: string }[];
}

/** Rows that one statement takes: Postgres allows 65,535 parameters. */
const AT_ONCE = 2000;

/** What {@link addCells} takes. */
export interface NewCells {
  readonly caseId: string;
  readonly files: readonly NewCell[];
  /** How many files were refused. */
  readonly refused: number;
  /** All that were answered, for an upload that was announced. */
  readonly arrived?: Arrived;
}

/** Puts cells into an open case, to wait for classification. An image that the case holds is known, whatever its file is called now: it would be counted twice. */
export async function addCells(
  store: Store,
  wish: Wish,
  { caseId, files, refused, arrived = { names: [] } }: NewCells,
): Promise<AddedCells> {
  return await change(store, wish, async ({ queries, sequence }) => {
    // Those with the same bytes alone: a case may hold thousands.
    const existing = await queries
      .select({ id: cells.id, sha256: cells.sha256 })
      .from(cells)
      .where(
        and(eq(cells.caseId, caseId), sql`${cells.sha256} = any(${sql.param(files.map(({ sha256 }) => sha256))})`),
      );
    const byBytes = new Map(existing.map(({ id, sha256 }) => [sha256, id]));
    const added: NewCell[] = [];
    const known: { id: string; file: string }[] = [];
    for (const cell of files) {
      const id = byBytes.get(cell.sha256);
      if (id === undefined) added.push(cell);
      else known.push({ id, file: cell.file });
      byBytes.set(cell.sha256, id ?? cell.id);
    }
    const taken = await takeArrived(queries, caseId, arrived);
    if (added.length === 0) {
      // Whoever follows the case learns that it misses fewer files.
      const content = taken > 0 ? { cells: [], known: known.length, refused } : undefined;
      return { caseId, content, answer: { added: [], known } };
    }
    await openCase({ queries }, { id: caseId });
    const [most] = await queries
      .select({ number: sql<number>`coalesce(max(${cells.number}), 0)`.mapWith(Number) })
      .from(cells)
      .where(eq(cells.caseId, caseId));
    const last = most!.number;
    const rows = added.map((cell, i) => ({
      ...cell,
      ...{ caseId, number: last + 1 + i, arrival: sequence, kind: "crop" as const, status: "waiting" as const },
    }));
    for (let i = 0; i < rows.length; i += AT_ONCE) await queries.insert(cells).values(rows.slice(i, i + AT_ONCE));
    const told = added.map(({ id, file, sha256 }) => ({ id, file, sha256 }));
    return {
      caseId,
      content: { cells: told.map((cell, i) => ({ ...cell, number: last + 1 + i })), known: known.length, refused },
      cells: told.map(({ id }) => id),
      answer: { added: told, known },
    };
  });
}

const [first, second] = [alias(labels, "first"), alias(labels, "second")];

// Cells with what both readings said of them, in order of their numbers.
const withLabels = (queries: Queries) =>
  queries
    .select({ cell: cells, first, second })
    .from(cells)
    .leftJoin(first, and(eq(first.cellId, cells.id), eq(first.reading, "first")))
    .leftJoin(second, and(eq(second.cellId, cells.id), eq(second.reading, "second")))
    .orderBy(asc(cells.number))
    .$dynamic();

const readCell = ({ cell, first, second }: Awaited<ReturnType<typeof withLabels>>[number]): ReadCell => ({
  ...cell,
  first: first ?? undefined,
  second: second ?? undefined,
});

/** The cells of a case after a number, in order, with their labels. */
export async function readCells(
  queries: Queries,
  caseId: string,
  { after = 0, limit }: { readonly after?: number; readonly limit?: number } = {},
): Promise<ReadCell[]> {
  const query = withLabels(queries).where(and(eq(cells.caseId, caseId), gt(cells.number, after)));
  const rows = await (limit === undefined ? query : query.limit(limit)).catch(tellIfGone);
  return rows.map(readCell);
}

/** These cells, with their labels, in order of their numbers. */
export async function cellsById(queries: Queries, ids: readonly string[]): Promise<ReadCell[]> {
  if (ids.length === 0) return [];
  const rows = await withLabels(queries)
    .where(sql`${cells.id} = any(${sql.param([...ids])}::uuid[])`)
    .catch(tellIfGone);
  return rows.map(readCell);
}

/** A cell. @throws ERR_NOT_FOUND */
export async function requireCell({ database: { queries } }: Pick<Store, "database">, id: string): Promise<ReadCell> {
  const [found] = await cellsById(queries, [id]);
  return found ?? noSuchCell();
}

/** The SHA-256 of a cell's image. @throws ERR_NOT_FOUND */
export async function imageOf({ database: { queries } }: Pick<Store, "database">, id: string): Promise<string> {
  const [found] = await queries.select({ sha256: cells.sha256 }).from(cells).where(eq(cells.id, id)).catch(tellIfGone);
  return (found ?? noSuchCell()).sha256;
}

function noSuchCell(): never {
  throw new LeukogramError("ERR_NOT_FOUND", "no such cell");
}

/** What a model said of a cell; `error` where its image could not be read. */
export type CellAnswer = {
  readonly id: string;
  readonly probabilities?: readonly number[];
  readonly predicted?: string;
  readonly isRejected?: boolean;
  readonly familiarity?: number | undefined;
  readonly isUnfamiliar?: boolean;
  /** How the cell was cropped, by a model that crops. */
  readonly cropOutside?: number | undefined;
  readonly cropNucleus?: boolean | undefined;
  readonly measures?: readonly (number | null)[] | undefined;
  readonly error?: string;
};

/** Keeps what a model said of waiting cells of one case; cells that do not wait any more are left as they are. @returns whether it was queued that none waits */
export async function storeAnswers(
  store: Store,
  wish: Wish,
  {
    caseId,
    model,
    classes,
    answers,
  }: {
    readonly caseId: string;
    readonly model: string;
    readonly classes: readonly string[];
    readonly answers: readonly CellAnswer[];
  },
): Promise<boolean> {
  let isReady = false;
  await change(store, wish, async (given) => {
    await write(given.queries, { model, classes, answers });
    isReady = await queueReady(given, caseId);
    const bad = answers.filter(({ error }) => error !== undefined).map(({ id }) => id);
    const content = {
      model,
      cells: answers.flatMap(({ id, predicted, isRejected }) =>
        predicted === undefined ? [] : [[id, predicted, isRejected ?? false]],
      ),
      bad,
    };
    return { caseId, content, cells: answers.map(({ id }) => id), answer: {} };
  });
  return isReady;
}

// All in one statement. `jsonb_to_recordset` gives null for what is left out.
async function write(
  queries: Queries,
  {
    model,
    classes,
    answers,
  }: { readonly model: string; readonly classes: readonly string[]; readonly answers: readonly CellAnswer[] },
): Promise<void> {
  await queries.execute(sql`
    update cells set
      status = case when said.error is null then 'classified' else 'bad' end,
      error = said.error,
      model = case when said.error is null then ${model} else cells.model end,
      classes = case when said.error is null then ${sql.param([...classes])}::text[] else cells.classes end,
      probabilities = coalesce(said.probabilities, cells.probabilities),
      predicted = coalesce(said.predicted, cells.predicted),
      is_rejected = coalesce(said."isRejected", cells.is_rejected),
      familiarity = coalesce(said.familiarity, cells.familiarity),
      is_unfamiliar = coalesce(said."isUnfamiliar", cells.is_unfamiliar),
      crop_outside = coalesce(said."cropOutside", cells.crop_outside),
      crop_nucleus = coalesce(said."cropNucleus", cells.crop_nucleus),
      measures = said.measures
    from jsonb_to_recordset(${JSON.stringify(answers)}::jsonb) as said (
      id uuid, error text, probabilities double precision[], predicted text,
      "isRejected" boolean, familiarity double precision, "isUnfamiliar" boolean,
      "cropOutside" double precision, "cropNucleus" boolean, measures double precision[]
    )
    where cells.id = said.id and cells.status = 'waiting'`);
}
