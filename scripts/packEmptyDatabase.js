// An empty database with the tables of this version, as an archive: `serve` copies it into a new folder.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PGlite } from "@electric-sql/pglite";

/** @param {string} dist the compiled package of the laboratory */
export async function packEmptyDatabase(dist) {
  const { openPglite } = await import(pathToFileURL(join(dist, "store/database/database.js")).href);
  const awake = setInterval(() => {}, 1000); // while Postgres computes, nothing else keeps Node from ending
  const room = mkdtempSync(join(tmpdir(), "leukogram-database-"));
  try {
    const folder = join(room, "database");
    await (await openPglite(folder)).close();
    const database = await PGlite.create(folder);
    const archive = await database.dumpDataDir("gzip");
    await database.close();
    writeFileSync(join(dist, "emptyDatabase.tar.gz"), Buffer.from(await archive.arrayBuffer()));
  } finally {
    clearInterval(awake);
    rmSync(room, { recursive: true, force: true });
  }
}
