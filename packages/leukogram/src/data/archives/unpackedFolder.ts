// Zips of pictures stand for the folders in them; they are unpacked before anything looks for pictures.

import { createHash } from "node:crypto";
import { existsSync, renameSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { defaultCacheDir } from "../loading/cacheDir.ts";
import { remark } from "../remarks.ts";

const folders = new Map<string, string>();
/** The zips by the folders that they were unpacked to, as they were named. */
const zips = new Map<string, string>();

/** Whether a path names a zip archive that is there. */
export function isZip(path: string): boolean {
  return /\.zip$/i.test(path) && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

/**
 * Unpacks a zip of pictures into the cache folder, where it is found again while it stays the same, and lets
 * {@link unpackedFolder} know.
 *
 * @throws LeukogramError ERR_DATA as `unpack`; ERR_ABORTED.
 */
export async function unpackZip(path: string, signal?: StopSignal): Promise<void> {
  const { size, mtimeMs } = statSync(path);
  const hash = createHash("sha256").update(JSON.stringify([resolve(path), size, mtimeMs]));
  const name = basename(path).replace(/\.zip$/i, "");
  const folder = join(defaultCacheDir(), "unpacked", `${name}-${hash.digest("hex").slice(0, 12)}`);
  if (!existsSync(folder)) {
    const { unpack } = await import("./unpack.ts"); // three libraries that few commands need
    const draft = `${folder}.${process.pid}.part`;
    await mkdir(draft, { recursive: true });
    try {
      await unpack(path, draft, { signal });
      renameSync(draft, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  remark(`${path} is unpacked in ${folder}`);
  folders.set(resolve(path), folder);
  zips.set(folder, path);
}

/**
 * The folder that a zip was unpacked to; any other path as it is.
 *
 * @throws LeukogramError ERR_DATA for a zip that was not unpacked.
 */
export function unpackedFolder(path: string): string {
  const folder = folders.get(resolve(path));
  if (folder !== undefined) return folder;
  if (!isZip(path)) return path;
  throw new LeukogramError("ERR_DATA", `${path}: a zip file that is not unpacked yet`, {
    hint: "Unpack it, or await unpackZip(path) first.",
  });
}

/** A path as its user knows it: of what was unpacked the zip's and, behind it, the one within; any other as it is. */
export function shownPath(path: string): string {
  for (const [folder, zip] of zips)
    if (path.startsWith(folder + sep)) return `${zip}/${relative(folder, path).replaceAll(sep, "/")}`;
  return path;
}
