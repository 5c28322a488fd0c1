// Files appear whole or not at all: each is filled under another name beside its place, which it then takes.
import { renameSync, writeFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";
import { LeukogramError } from "../core/errors.ts";

/**
 * Writes a file whole or not at all, with its folder; one that is there before keeps its permissions.
 *
 * @throws ERR_OUTPUT if it can't be written, as on a full disk; an older file is then still there.
 */
export async function writeFileWhole(path: string, data: string | Uint8Array): Promise<void> {
  try {
    await replaceFile(path, async (temporary) => {
      await mkdir(dirname(path), { recursive: true }); // here, so that writes of one file keep the order of their calls
      await writeFile(temporary, data, { flush: true });
    });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new LeukogramError("ERR_OUTPUT", `${path}: can't be written: ${full ? "the disk is full" : message}`, {
      hint: full
        ? "Free some disk space and resume; everything saved before is kept."
        : "Choose another location with --out.",
      cause,
    });
  }
}

/**
 * The same at once, for what may be lost with the machine: the disk is not waited for.
 *
 * @throws the file system's error.
 */
export function writeFileWholeSync(path: string, data: string): void {
  const temporary = temporaryOf(path);
  writeFileSync(temporary, data);
  renameSync(temporary, path);
}

// The last replacement of each file in this process, while it is under way.
const underWay = new Map<string, Promise<unknown>>();

/**
 * Replaces a file by what `fill` writes under the name that it is given. Replacements of one file go one after the other.
 *
 * @throws what `fill` throws, or the file system's error; an older file is then still there.
 */
export async function replaceFile<T>(path: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const place = resolve(path);
  const before = underWay.get(place);
  const own = (async () => {
    await before?.catch(() => {});
    return await fillAndRename(path, fill);
  })();
  underWay.set(place, own);
  try {
    return await own;
  } finally {
    if (underWay.get(place) === own) underWay.delete(place);
  }
}

async function fillAndRename<T>(path: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = temporaryOf(path);
  try {
    const filled = await fill(temporary);
    const older = await stat(path).catch(() => undefined);
    // Some file systems know no permissions.
    if (older?.isFile()) await chmod(temporary, older.mode).catch(() => {});
    await rename(temporary, path);
    return filled;
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cause;
  }
}

// Threads share the process's number.
const WRITER = isMainThread ? `${process.pid}` : `${process.pid}-${threadId}`;

const temporaryOf = (path: string) => `${path}.${WRITER}.tmp`;
