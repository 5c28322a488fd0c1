import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { sql } from "drizzle-orm";
import tar from "tar-stream";
import { z } from "zod";
import { LeukogramError } from "../core/errors.ts";
import { Guard } from "../data/archives/guard.ts";
import { TABLES } from "./backup.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Store } from "./store.ts";
import { type Verified, verifyTrail } from "./verifyTrail.ts";

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
 * @throws ERR_CONFLICT where the records are not empty; ERR_DATA where it is no backup, or is not whole.
 */
export async function restore(store: Store, from: string): Promise<Verified & { readonly images: number }> {
  await requireEmpty(store);
  const guard = new Guard(from, store.folder, LIMITS);
  const tables = new Map<string, string>();
  let images = 0;
  const extract = tar.extract();
  const feeding = pipeline(createReadStream(from), extract);
  feeding.catch(() => {}); // told by the loop, or awaited below
  try {
    for await (const entry of extract) {
      const { name, size = 0, type } = entry.header;
      const stream = entry as unknown as Readable;
      const path = guard.place(name);
      guard.count(size);
      if (type !== "file") throw guard.fault(`holds ${name}, which is no file`);
      if (name === "backup.json") readHead(await buffer(stream), from);
      else if (name.startsWith("tables/"))
        tables.set(name.slice(7).replace(/\.ndjson$/, ""), (await buffer(stream)).toString());
      else if (name.startsWith("images/")) {
        await takeImage(store, { stream, name, size });
        images++;
      } else if (/^(models|runs)\//.test(name)) {
        await mkdir(dirname(path), { recursive: true });
        await pipeline(stream, createWriteStream(path, { flush: true }));
      } else throw guard.fault(`holds ${name}, which is of no backup`);
    }
    await feeding;
  } catch (cause) {
    if (cause instanceof LeukogramError) throw cause;
    throw guard.fault(`is damaged or cut off (${(cause as Error).message})`, cause);
  }
  for (const [table] of TABLES) if (!tables.has(table)) throw guard.fault(`lacks the table ${table}`);
  await fill(store, tables);
  const verified = await verifyTrail(store);
  if (!verified.isWhole) throw new LeukogramError("ERR_DATA", `${from}: the trail is broken: ${verified.fault}`);
  return { ...verified, images };
}

async function requireEmpty({ database: { queries } }: Store): Promise<void> {
  const { rows } = (await queries.execute(sql`select 1 from head where sequence > 0`)) as unknown as {
    rows: unknown[];
  };
  if (rows.length > 0)
    throw new LeukogramError("ERR_CONFLICT", "there are records already", {
      hint: "Restore into an empty folder and database.",
    });
}

function readHead(bytes: Buffer, from: string): void {
  try {
    head.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", `${from}: is no backup that this version can restore`, { cause });
  }
}

async function takeImage(
  store: Store,
  { stream, name, size }: { readonly stream: Readable; readonly name: string; readonly size: number },
): Promise<void> {
  const received = await store.images.receive(stream, size);
  if (name !== `images/${received.sha256}`)
    throw new LeukogramError("ERR_DATA", `${name}: is not the image that was kept`);
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
      for (const line of tables.get(table)!.split("\n")) {
        if (line === "") continue;
        rows.push(line);
        length += line.length;
        if (length > AT_ONCE) await flush();
      }
      if (rows.length > 0) await flush();
    }
    const kept = (await queries.execute(sql`select sha256 from cells`)) as unknown as { rows: { sha256: string }[] };
    requireImages(
      store,
      kept.rows.map(({ sha256 }) => sha256),
    );
  });
}

function requireImages({ images }: Store, wanted: readonly string[]): void {
  const missing = wanted.filter((sha256) => !existsSync(images.pathOf(sha256)));
  if (missing.length > 0)
    throw new LeukogramError("ERR_DATA", `the backup lacks ${missing.length} images, such as ${missing[0]}`);
}
