import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import tar from "tar-stream";
import yauzl from "yauzl";
import { Guard, type UnpackLimits } from "./guard.ts";
import { unpackRar } from "./unpackRar.ts";

/** A way to pack files. */
export type ArchiveKind = "zip" | "tar" | "tar.gz" | "rar";

/** Options of {@link unpack}. */
export interface UnpackOptions {
  /** Default: 20 GB and 500,000 entries. */
  readonly limits?: UnpackLimits;
  readonly signal?: StopSignal | undefined;
  /** Called with the number of files written so far. */
  readonly onProgress?: ((files: number) => void) | undefined;
}

const LIMITS: UnpackLimits = { maxBytes: 20e9, maxEntries: 500_000 };

/**
 * Unpacks an archive into a folder, file by file: memory does not grow with it. Links are left out, and nothing is
 * written outside the folder. Its first bytes say what kind it is, not its name.
 *
 * @returns the number of files.
 * @throws ERR_DATA if it is damaged, encrypted, no archive that is known, reaches outside the folder, or unpacks to
 *   more than the limits; ERR_ABORTED. What was written by then is left.
 */
export async function unpack(archive: string, into: string, options: UnpackOptions = {}): Promise<number> {
  const guard = new Guard(archive, into, options.limits ?? LIMITS);
  const kind = await kindOf(archive);
  if (kind === undefined) throw guard.fault("is not a zip, tar, gzipped tar or rar archive");
  let files = 0;
  const step = () => {
    if (options.signal?.aborted) throw new LeukogramError("ERR_ABORTED", "unpacking was interrupted");
    options.onProgress?.(++files);
  };
  await mkdir(into, { recursive: true });
  try {
    if (kind === "zip") await unzip(archive, guard, step);
    else if (kind === "rar") await unpackRar(archive, into, guard, step);
    else await untar(archive, guard, { step, zipped: kind === "tar.gz" });
  } catch (cause) {
    if (cause instanceof LeukogramError || isFileError(cause)) throw cause;
    const { message } = cause as Error;
    // yauzl looks at names itself, before the guard does.
    if (/^(invalid relative path|absolute path)/.test(message)) throw guard.escape(message.replace(/^.*?: /, ""));
    throw guard.fault(`is damaged or incomplete (${message})`, cause);
  }
  return files;
}

/** The kind of an archive by its first bytes; undefined for anything else. */
export async function kindOf(path: string): Promise<ArchiveKind | undefined> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return archiveKind(buffer);
  } finally {
    await file.close();
  }
}

/** The same of bytes that are at hand, 512 of them where there are as many. */
export function archiveKind(head: Buffer): ArchiveKind | undefined {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
  if (begins(0x50, 0x4b, 3, 4) || begins(0x50, 0x4b, 5, 6)) return "zip";
  if (begins(0x52, 0x61, 0x72, 0x21, 0x1a, 7)) return "rar";
  if (begins(0x1f, 0x8b)) return "tar.gz";
  return head.toString("latin1", 257, 262) === "ustar" ? "tar" : undefined;
}

async function unzip(archive: string, guard: Guard, step: () => void): Promise<void> {
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, validateEntrySizes: true, strictFileNames: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const path = guard.place(entry.fileName);
      if (entry.fileName.endsWith("/") || isLink(entry.externalFileAttributes)) continue;
      if (entry.isEncrypted()) throw guard.fault(`contains an encrypted file, ${entry.fileName}`);
      guard.count(entry.uncompressedSize); // yauzl sees to it that no more comes
      await writeEntry(await zip.openReadStreamPromise(entry), path);
      step();
    }
  } finally {
    zip.close();
  }
}

// Symbolic links of archives that were packed on Unix.
const isLink = (attributes: number) => ((attributes >>> 16) & 0o170000) === 0o120000;

async function untar(
  archive: string,
  guard: Guard,
  { step, zipped }: { readonly step: () => void; readonly zipped: boolean },
): Promise<void> {
  const extract = tar.extract();
  const source = createReadStream(archive);
  const feeding = zipped ? pipeline(source, createGunzip(), extract) : pipeline(source, extract);
  feeding.catch(() => {}); // told by the loop, or awaited below
  for await (const entry of extract) {
    const path = guard.place(entry.header.name);
    if (entry.header.type !== "file") {
      entry.resume();
      continue;
    }
    guard.count(entry.header.size ?? 0);
    await writeEntry(entry as unknown as Readable, path);
    step();
  }
  await feeding;
}

async function writeEntry(from: Readable, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(from, createWriteStream(path, { flags: "wx" }));
}

// Of the disk, not of the archive.
function isFileError(error: unknown): boolean {
  return ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EACCES", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
}
