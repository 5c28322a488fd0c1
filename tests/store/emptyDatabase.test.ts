// The empty database that the build packs, and that `serve` copies into a new folder.
import { createWriteStream, existsSync, readdirSync, statSync, truncateSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { openPglite } from "@leukogram/laboratory/store/database/database";
import { layEmptyDatabase } from "@leukogram/laboratory/store/database/emptyDatabase";
import { MIGRATIONS } from "@leukogram/laboratory/store/database/migrations";
import { sql } from "drizzle-orm";
import tar from "tar-stream";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { copyEmptyDatabase } from "../support/emptyDatabase.ts";

const dir = temporaryFolder();
const archive = join(dir, "emptyDatabase.tar.gz");

beforeAll(async () => {
  await copyEmptyDatabase(join(dir, "made"));
  const from = join(dir, "made", "database");
  const pack = tar.pack();
  const writing = pipeline(pack, createGzip({ level: 1 }), createWriteStream(archive));
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(from, name);
    const isFolder = statSync(path).isDirectory();
    // As PGlite names them.
    const header = { name: `/${relative(from, path)}`, type: isFolder ? "directory" : "file" } as const;
    pack.entry(header, isFolder ? "" : await readFile(path));
  }
  pack.finalize();
  await writing;
}, 120_000);

test("is laid where none is, with the tables of this version", async () => {
  const folder = join(dir, "new", "database");
  await layEmptyDatabase(folder, archive);
  expect(readdirSync(folder).sort()).toEqual(readdirSync(join(dir, "made", "database")).sort());
  const database = await openPglite(folder);
  const { rows } = (await database.queries.execute(sql`select max(id) as last from migrations`)) as unknown as {
    rows: { last: number }[];
  };
  expect(rows[0]!.last).toBe(MIGRATIONS.at(-1)!.id);
  await database.close();
  const before = statSync(folder).mtimeMs;
  await layEmptyDatabase(folder, archive);
  expect(statSync(folder).mtimeMs).toBe(before);
}, 60_000);

test("nothing is laid by a damaged archive, or by none", async () => {
  truncateSync(archive, 1000);
  for (const from of [archive, join(dir, "none.tar.gz")]) {
    await layEmptyDatabase(join(dir, "other", "database"), from);
    expect(existsSync(join(dir, "other", "database"))).toBe(false);
  }
  expect(existsSync(join(dir, "other")) ? readdirSync(join(dir, "other")) : []).toEqual([]);
});
