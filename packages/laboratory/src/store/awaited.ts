// Files of uploads that were announced and have not arrived: until then their case is not whole.

import { eq, type SQL, sql } from "drizzle-orm";
import { openCase } from "./cases.ts";
import { queueReady } from "./connections/deliveries.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { awaitedFiles } from "./schema.ts";
import type { Store } from "./store.ts";
import { change, type Wish } from "./trail.ts";

/** A file that has not arrived, of one upload; `count` where several have this name. */
export type AwaitedFile = Pick<typeof awaitedFiles.$inferSelect, "upload" | "file" | "count">;

/** Files of a request that were answered, by the names under which they were sent. */
export interface Arrived {
  /** Undefined for those of any upload. */
  readonly upload?: string | undefined;
  readonly names: readonly string[];
}

/** Characters of a name that are kept; a longer one is refused when its file comes. */
const LONGEST_NAME = 300;

// As a form brings it: browsers write quotes and line ends of names like this.
function nameInForms(name: string): string {
  return name
    .replaceAll("\\", "/")
    .normalize("NFC")
    .replaceAll('"', "%22")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .slice(-LONGEST_NAME);
}

/** What {@link announceUpload} takes. */
export interface Announcement {
  readonly caseId: string;
  /** The upload's. */
  readonly id: string;
  readonly files: readonly string[];
  /** Uploads that are still under way: what others miss by the same names is taken to come with this one. */
  readonly beside: readonly string[];
}

/** Announces the files of an upload into an open case: each is missing until it is answered, or given up. @returns the upload's id. */
export async function announceUpload(
  store: Store,
  wish: Wish,
  { caseId, id, files, beside }: Announcement,
): Promise<string> {
  const { upload } = await change(store, wish, async ({ queries }) => {
    await openCase({ queries }, { id: caseId });
    const again = await takeMissing(queries, {
      ...{ caseId, names: files },
      of: sql`missing.upload <> all(${sql.param([...beside])}::uuid[])`,
    });
    await queries.execute(
      sql`insert into awaited_files (case_id, upload, file, count)
        select ${caseId}::uuid, ${id}::uuid, file, count(*) from unnest(${namesOf(files)}::text[]) as file group by file`,
    );
    return { caseId, content: { upload: id, files: files.length, again }, answer: { upload: id } };
  });
  return upload;
}

/** Takes files that were answered from those that an open case misses, in a change that is under way. @returns how many it missed. */
export async function takeArrived(queries: Queries, caseId: string, { upload, names }: Arrived): Promise<number> {
  if (names.length === 0) return 0;
  return await takeMissing(queries, {
    ...{ caseId, names },
    of: upload === undefined ? sql`true` : sql`missing.upload = ${upload}`,
  });
}

const namesOf = (names: readonly string[]) => sql.param(names.map(nameInForms));

interface Taking {
  readonly caseId: string;
  readonly names: readonly string[];
  /** Which uploads, of those `missing`. */
  readonly of: SQL;
}

// Of an open case alone: one that is signed stays as it is.
async function takeMissing(queries: Queries, { caseId, names, of }: Taking): Promise<number> {
  const isMeant = sql`missing.file = arrived.file and ${of}
    and missing.case_id = (select id from cases where id = ${caseId} and status = 'open')`;
  const { rows } = (await queries.execute(sql`
    with arrived as (select file, count(*)::integer as count from unnest(${namesOf(names)}::text[]) as file group by file),
    fewer as (
      update awaited_files as missing set count = missing.count - arrived.count from arrived
      where ${isMeant} and missing.count > arrived.count returning arrived.count
    ),
    gone as (
      delete from awaited_files as missing using arrived
      where ${isMeant} and missing.count <= arrived.count returning missing.count
    )
    select coalesce(sum(count), 0)::integer as taken
    from (select count from fewer union all select count from gone) as taken`)) as unknown as {
    readonly rows: readonly { readonly taken: number }[];
  };
  return rows[0]!.taken;
}

/** Gives up all that an open case misses; the trail keeps the names. @returns how many files it missed. */
export async function giveUpAwaited(
  store: Store,
  wish: Wish,
  { caseId }: { readonly caseId: string },
): Promise<number> {
  const { files } = await change(store, wish, async (of) => {
    const { queries } = of;
    await openCase({ queries }, { id: caseId });
    const given = await queries.delete(awaitedFiles).where(eq(awaitedFiles.caseId, caseId)).returning();
    if (given.length === 0) return { answer: { files: 0 } };
    await queueReady(of, caseId);
    const files = given.reduce((sum, { count }) => sum + count, 0);
    return { caseId, content: { files, names: given.map(({ file }) => file).sort() }, answer: { files } };
  });
  return files;
}

/** The files that a case misses. */
export async function readAwaited(queries: Queries, caseId: string): Promise<AwaitedFile[]> {
  const { upload, file, count } = awaitedFiles;
  return await queries
    .select({ upload, file, count })
    .from(awaitedFiles)
    .where(eq(awaitedFiles.caseId, caseId))
    .orderBy(file, upload)
    .catch(tellIfGone);
}
