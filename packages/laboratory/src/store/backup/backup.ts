// All records in one tar: each table as lines of JSON, and the files that belong to it.
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sql } from "drizzle-orm";
import { listFolder } from "leukogram/data/folders/walk";
import tar, { type Pack } from "tar-stream";
import { VERSION } from "../../version.ts";
import { type Queries, tellIfGone } from "../database/database.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { listImages } from "../images.ts";
import type { Store } from "../store.ts";
import { pagesOf } from "./pages.ts";

/** The tables, in an order in which they can be filled, what orders their rows, and the schema since which there is one. Sessions end with the server. */
export const TABLES: readonly (readonly [name: string, order: string, since?: number])[] = [
  ["events", "sequence"],
  ["head", "id"],
  ["answers", "key"],
  ["orders", "id", 9],
  ["cases", "id"],
  ["cells", "id"],
  ["removed_cells", "id", 7],
  ["awaited_files", "case_id, upload, file", 4],
  ["labels", "cell_id, reading"],
  ["reports", "id"],
  ["signatures", "report_id, by"],
  ["deliveries", "id", 9],
  ["users", "id"],
  ["tokens", "id"],
  ["second_factors", "user_id", 11],
  ["models", "id"],
  ["runs", "id"],
  ["settings", "name"],
];

/** Folders of files beside the images. */
const FOLDERS = ["models", "runs"] as const;

/** Rows that are read at once; one event may name thousands of cells. */
const PAGE = 200;

/** What a backup begins with. */
export interface BackupHead {
  readonly format: "leukogram-backup";
  readonly version: 1;
  readonly software: string;
  readonly schema: number;
  readonly at: string;
}

/**
 * A tar of everything, as a stream: all tables as they were at one moment, then all files, which are never changed.
 * Tables are first written to files beside the database, so that neither memory grows with them nor whoever reads
 * slowly holds the database.
 *
 * @throws ERR_OUTPUT if there is no room for the tables.
 */
export async function backup(store: Store): Promise<Readable> {
  const at = store.now().toISOString();
  const room = await store.images.makeRoom();
  const remove = () => rm(room, { recursive: true, force: true });
  await writeTables(store, room).catch(async (error) => {
    await remove();
    return tellIfGone(error);
  });
  const pack = tar.pack();
  // Also where nobody reads to the end.
  pack.once("close", () => void remove());
  write(store, pack, { room, at }).then(
    () => pack.finalize(),
    (error) => pack.destroy(error as Error),
  );
  return pack as unknown as Readable;
}

async function write(store: Store, pack: Pack, { room, at }: { room: string; at: string }): Promise<void> {
  const head: BackupHead = {
    ...{ format: "leukogram-backup", version: 1, software: VERSION },
    ...{ schema: MIGRATIONS.at(-1)!.id, at },
  };
  await entry(pack, "backup.json", Buffer.from(JSON.stringify(head)));
  for (const [table] of TABLES) await file(pack, `tables/${table}.ndjson`, join(room, table));
  const images = join(store.folder, "images");
  for (const sha256 of listImages(images)) await file(pack, `images/${sha256}`, store.images.pathOf(sha256));
  for (const folder of FOLDERS) await addFolder(pack, folder, join(store.folder, folder));
}

async function writeTables({ database }: Store, room: string): Promise<void> {
  await database.transaction(async (queries) => {
    await queries.execute(sql`set transaction isolation level repeatable read, read only`);
    for (const [table, order] of TABLES)
      await pipeline(tableLines(queries, table, order), createWriteStream(join(room, table)));
  });
}

async function* tableLines(queries: Queries, table: string, order: string): AsyncGenerator<string> {
  const all = sql.raw(`select row_to_json(t)::text as line from ${table} t order by ${order}`);
  for await (const page of pagesOf<{ line: string }>(queries, all, PAGE))
    yield page.map(({ line }) => `${line}\n`).join("");
}

async function addFolder(pack: Pack, name: string, path: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return;
  for (const item of listFolder(path)) {
    if (item.isDirectory()) await addFolder(pack, `${name}/${item.name}`, join(path, item.name));
    else if (item.isFile()) await file(pack, `${name}/${item.name}`, join(path, item.name));
  }
}

function entry(pack: Pack, name: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry({ name, mtime: new Date(0) }, bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function file(pack: Pack, name: string, path: string): Promise<void> {
  const { size } = await stat(path);
  await pipeline(
    createReadStream(path, { end: Math.max(0, size - 1) }),
    pack.entry({ name, size, mtime: new Date(0) }),
  );
}
