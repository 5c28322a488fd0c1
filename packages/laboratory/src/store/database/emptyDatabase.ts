// An empty database that the build made: to make one takes Postgres seconds, to copy it tenths of one.
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { Guard } from "leukogram/data/archives/guard";
import tar from "tar-stream";

/** In the compiled package; a checkout has none. */
const ARCHIVE = fileURLToPath(new URL("../../emptyDatabase.tar.gz", import.meta.url));

/** More than an empty database holds, bytes and files. */
const LIMITS = { maxBytes: 1e9, maxEntries: 20_000 };

/**
 * Puts an empty database into a folder that is not there yet. Without an archive, or if it can't be unpacked, there is still no
 * folder, and Postgres makes the database.
 */
export async function layEmptyDatabase(folder: string, archive = ARCHIVE): Promise<void> {
  if (existsSync(folder) || !existsSync(archive)) return;
  const draft = `${folder}.${process.pid}.part`;
  try {
    await unpack(archive, draft);
    await rename(draft, folder);
  } catch {
    await rm(draft, { recursive: true, force: true });
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  const guard = new Guard(archive, folder, LIMITS);
  const extract = tar.extract();
  const feeding = pipeline(createReadStream(archive), createGunzip(), extract);
  feeding.catch(() => {}); // told by the loop, or awaited below
  for await (const entry of extract) {
    const { name, size = 0, type } = entry.header;
    const path = guard.place(name.replace(/^\/+/, ""));
    guard.count(size);
    await mkdir(type === "directory" ? path : dirname(path), { recursive: true, mode: 0o700 });
    const stream = entry as unknown as Readable;
    if (type === "directory") stream.resume();
    else await pipeline(stream, createWriteStream(path, { mode: 0o600 }));
  }
  await feeding;
}
