// All records in one tar: each table as lines of JSON, and the files that belong to it.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sql } from "drizzle-orm";
import tar, { type Pack } from "tar-stream";
import { VERSION } from "../core/version.ts";
import { listFolder } from "../data/walk.ts";
import type { Queries } from "./database.ts";
import { listImages } from "./images.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Store } from "./store.ts";

/** The tables, in an order in which they can be filled, and what orders their rows. Sessions end with the server. */
export const TABLES = [
  ["events", "sequence"],
  ["head", "id"],
  ["answers", "key"],
  ["cases", "id"],
  ["cells", "id"],
  ["labels", "cell_id, reading"],
  ["reports", "id"],
  ["signatures", "report_id, by"],
  ["users", "id"],
  ["tokens", "id"],
  ["models", "id"],
  ["runs", "id"],
  ["settings", "name"],
] as const;

/** Folders of files beside the images. */
const FOLDERS = ["models", "runs"] as const;

/** Rows that are read at once. */
const PAGE = 2000;

/** What a backup begins with. */
export interface BackupHead {
  readonly format: "leukogram-backup";
  readonly version: 1;
  readonly software: string;
  readonly schema: number;
  readonly at: string;
}

/** A tar of everything, as a stream: all tables as they were at one moment, then all files, which are never changed. */
export function backup(store: Store): Readable {
  const pack = tar.pack();
  write(store, pack).then(
    () => pack.finalize(),
    (error) => pack.destroy(error as Error),
  );
  return pack as unknown as Readable;
}

async function write(store: Store, pack: Pack): Promise<void> {
  const head: BackupHead = {
    ...{ format: "leukogram-backup", version: 1, software: VERSION },
    ...{ schema: MIGRATIONS.at(-1)!.id, at: store.now().toISOString() },
  };
  await entry(pack, "backup.json", Buffer.from(JSON.stringify(head)));
  const texts = await store.database.transaction(async (queries) => {
    // Changes wait for this row meanwhile; what is read then fits together.
    await queries.execute(sql`select 1 from head for update`);
    const read: [string, Buffer][] = [];
    for (const [table, order] of TABLES) read.push([`tables/${table}.ndjson`, await tableText(queries, table, order)]);
    return read;
  });
  for (const [name, bytes] of texts) await entry(pack, name, bytes);
  const images = join(store.folder, "images");
  for (const sha256 of listImages(images)) await file(pack, `images/${sha256}`, store.images.pathOf(sha256));
  for (const folder of FOLDERS) await addFolder(pack, folder, join(store.folder, folder));
}

async function tableText(queries: Queries, table: string, order: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = sql.raw(
      `select row_to_json(t)::text as line from (select * from ${table} order by ${order} limit ${PAGE} offset ${offset}) t`,
    );
    const { rows } = (await queries.execute(page)) as unknown as { rows: { line: string }[] };
    parts.push(Buffer.from(rows.map(({ line }) => `${line}\n`).join("")));
    if (rows.length < PAGE) return Buffer.concat(parts);
  }
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
