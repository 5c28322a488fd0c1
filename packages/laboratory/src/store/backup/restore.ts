import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { linesOf } from "@leukogram/engine/core/lines";
import { sql } from "drizzle-orm";
import { Guard } from "leukogram/data/archives/guard";
import tar from "tar-stream";
import { z } from "zod";
import type { Queries } from "../database/database.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import type { Store } from "../store.ts";
import { type Verified, verifyTrail } from "../verifyTrail.ts";
import { TABLES } from "./backup.ts";
import { pagesOf } from "./pages.ts";

const head = z.object({
  format: z.literal("leukogram-backup"),
  version: z.literal(1),
  software: z.string(),
  schema: z.int().min(1).max(MIGRATIONS.at(-1)!.id),
  at: z.string(),
});

/** Bytes of all files of a backup, and their number: what is beyond is no backup of ours. */
const LIMITS = { maxBytes: 1e12, maxEntries: 50e6 };

/**
 * Fills empty records from a backup, and verifies the trail and that every image is there.
 *
 * @throws ERR_CONFLICT if the records are not empty; ERR_DATA if it is no backup, or is not whole.
 */
export async function restore(store: Store, from: string): Promise<Verified & { readonly images: number }> {
  await requireEmpty(store);
  const room = await store.images.makeRoom();
  try {
    const { images, tables } = await unpack(store, { from, room });
    await fill(store, tables);
    const verified = await verifyTrail(store);
    if (!verified.isWhole) throw new LeukogramError("ERR_DATA", `${from}: the trail is broken: ${verified.fault}`);
    return { ...verified, images };
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** What was in a backup: how many images, and each table's file of lines. */
interface Unpacked {
  readonly images: number;
  readonly tables: ReadonlyMap<string, string>;
}

// Puts files where they belong, and tables into the room, as memory is not to grow with them.
async function unpack(
  store: Store,
  { from, room }: { readonly from: string; readonly room: string },
): Promise<Unpacked> {
  const guard = new Guard(from, store.folder, LIMITS, "Use another copy of the backup.");
  const tables = new Map<string, string>();
  let images = 0;
  let schema = 0;
  const extract = tar.extract();
  const feeding = pipeline(createReadStream(from), extract);
  feeding.catch(() => {}); // told by the loop, or awaited below
  try {
    for await (const entry of extract) {
      const { name, size = 0, type } = entry.header;
      const stream = entry as unknown as Readable;
      const path = guard.place(name);
      guard.count(size);
      if (type !== "file") throw guard.fault(`contains ${name}, which is not a file`);
      if (name === "backup.json") schema = readHead(await buffer(stream), from);
      else if (name.startsWith("tables/")) {
        const table = join(room, String(tables.size));
        await pipeline(stream, createWriteStream(table));
        tables.set(name.slice(7).replace(/\.ndjson$/, ""), table);
      } else if (name.startsWith("images/")) {
        await takeImage(store, { stream, name, size });
        images++;
      } else if (/^(models|runs)\//.test(name)) {
        await mkdir(dirname(path), { recursive: true });
        await pipeline(stream, createWriteStream(path, { flush: true }));
      } else throw guard.fault(`contains ${name}, which does not belong to a backup`);
    }
    await feeding;
  } catch (cause) {
    if (cause instanceof LeukogramError) throw cause;
    throw guard.fault(`is damaged or incomplete (${(cause as Error).message})`, cause);
  }
  for (const [table, , since = 0] of TABLES)
    if (since <= schema && !tables.has(table)) throw guard.fault(`has no table ${table}`);
  return { images, tables };
}

async function requireEmpty({ database: { queries } }: Store): Promise<void> {
  const { rows } = (await queries.execute(sql`select 1 from head where sequence > 0`)) as unknown as {
    rows: unknown[];
  };
  if (rows.length > 0)
    throw new LeukogramError("ERR_CONFLICT", "records already exist", {
      hint: "Restore into an empty folder and database.",
    });
}

// The schema that its tables have.
function readHead(bytes: Buffer, from: string): number {
  try {
    return head.parse(JSON.parse(bytes.toString())).schema;
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", `${from}: not a backup that this version can restore`, { cause });
  }
}

async function takeImage(
  store: Store,
  { stream, name, size }: { readonly stream: Readable; readonly name: string; readonly size: number },
): Promise<void> {
  const received = await store.images.receive(stream, size);
  if (name !== `images/${received.sha256}`)
    throw new LeukogramError("ERR_DATA", `${name}: differs from the stored image`);
  await store.images.keep(received);
}

/** Characters of JSON that one statement takes. */
const AT_ONCE = 4e6;

async function fill(store: Store, tables: ReadonlyMap<string, string>): Promise<void> {
  await store.database.transaction(async (queries) => {
    await queries.execute(sql`delete from head`);
    for (const [table] of TABLES) {
      let rows: string[] = [];
      let length = 0;
      const flush = async () => {
        const json = `[${rows.join(",")}]`;
        await queries.execute(
          sql`insert into ${sql.identifier(table)} select * from json_populate_recordset(null::${sql.identifier(table)}, ${json}::json)`,
        );
        [rows, length] = [[], 0];
      };
      const path = tables.get(table);
      if (path === undefined) continue; // of an earlier version
      for await (const line of linesOf(createReadStream(path, "utf8"))) {
        if (line === "") continue;
        rows.push(line);
        length += line.length;
        if (length > AT_ONCE) await flush();
      }
      if (rows.length > 0) await flush();
    }
    await requireImages(store, queries);
  });
}

async function requireImages({ images }: Store, queries: Queries): Promise<void> {
  let [missing, first] = [0, ""];
  for await (const page of pagesOf<{ sha256: string }>(queries, sql`select distinct sha256 from cells`, 5000))
    for (const { sha256 } of page) {
      if (existsSync(images.pathOf(sha256))) continue;
      if (missing++ === 0) first = sha256;
    }
  if (missing > 0)
    throw new LeukogramError("ERR_DATA", `the backup is missing ${counted(missing, "image")}, such as ${first}`);
}
