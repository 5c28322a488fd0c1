// Files of a request: each is kept on the disk before a row names it; archives are unpacked within limits.
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, relative } from "node:path";
import type { Readable } from "node:stream";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { archiveKind, unpack } from "leukogram/data/archives/unpack";
import { isSystemName, listFolder, toSlashes } from "leukogram/data/folders/walk";
import { pictureSize } from "leukogram/data/pictures/pictureSize";
import type { NewCell } from "../store/cells.ts";
import { diskFull, ROOM_OF_FILES, roomBeyond } from "../store/database/room.ts";
import type { ImageFolder, Received } from "../store/images.ts";

/** What one request may bring. */
export interface Limits {
  /** Bytes of one image. */
  readonly imageBytes: number;
  /** Bytes of one archive as it is sent, and of all that comes out of it. */
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  /** Images of one request. */
  readonly images: number;
  /** Pixels of one image. */
  readonly pixels: number;
  /** Tries at a password in a minute, from one address. */
  readonly signIns: number;
  /** Failed tries of a name in 15 minutes. */
  readonly failures: number;
}

/** Limits that hold if none are given. */
export const LIMITS: Limits = {
  imageBytes: 50e6,
  archiveBytes: 2e9,
  unpackedBytes: 4e9,
  images: 20_000,
  pixels: 64e6,
  signIns: 10,
  failures: 10,
};

let last: Promise<unknown> = Promise.resolve();

// All requests together keep one file at a time: waiting for the disk takes threads that everybody else needs too.
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}

/** One file of a request. */
export interface SentFile {
  readonly name: string;
  readonly stream: Readable;
}

/** What came in: images that are kept, and what was not taken, and why. */
export interface Incoming {
  readonly files: readonly NewCell[];
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
  /** Of all files of the request, as they were sent: of an archive its own. */
  readonly names: readonly string[];
}

/** Takes the files of a request one after the other, so that memory does not grow with them. @throws ERR_LIMIT, ERR_OUTPUT */
export async function takeFiles(images: ImageFolder, sent: AsyncIterable<SentFile>, limits: Limits): Promise<Incoming> {
  const files: NewCell[] = [];
  const refused: { file: string; reason: string }[] = [];
  const names: string[] = [];
  const budget = { bytes: limits.unpackedBytes };
  const take = async (name: string, received: Received) => {
    if (files.length + refused.length >= limits.images)
      throw new LeukogramError("ERR_LIMIT", `more than ${limits.images} images at once`, {
        hint: "Send them in several requests.",
      });
    try {
      const file = safeName(name);
      if (received.bytes === 0) throw new LeukogramError("ERR_IMAGE", "the file is empty");
      if (received.bytes > limits.imageBytes)
        throw new LeukogramError("ERR_IMAGE", `larger than ${Math.round(limits.imageBytes / 1e6)} MB`);
      const size = await inTurn(async () => {
        const found = await pictureSize(received.path, { head: received.head, maxPixels: limits.pixels });
        await images.keep(received);
        return found;
      });
      files.push({ id: randomUUID(), file, sha256: received.sha256, ...size });
    } catch (error) {
      await rm(received.path, { force: true });
      refused.push({ file: shown(name), reason: reasonOf(error) });
    }
  };
  for await (const { name, stream } of sent) {
    names.push(name);
    const received = await images.receive(stream, limits.archiveBytes);
    if (archiveKind(received.head) === "zip")
      await takeArchive({ images, limits, budget, take }, received).catch((error) => {
        refused.push({ file: shown(name), reason: reasonOf(error) });
      });
    else await take(name, received);
  }
  return { files, refused, names };
}

interface Taking {
  readonly images: ImageFolder;
  readonly limits: Limits;
  /** What archives of this request may still unpack to. */
  readonly budget: { bytes: number };
  readonly take: (name: string, received: Received) => Promise<void>;
}

async function takeArchive({ images, limits, budget, take }: Taking, archive: Received): Promise<void> {
  const room = await images.makeRoom();
  try {
    const space = await roomBeyond(room, ROOM_OF_FILES);
    const maxBytes = Math.min(budget.bytes, Math.max(0, space));
    await unpack(archive.path, room, { limits: { maxBytes, maxEntries: 2 * limits.images } }).catch((error) => {
      const isTooMuch = maxBytes < budget.bytes && /unpacks to more than/.test((error as Error).message);
      throw isTooMuch || (error as NodeJS.ErrnoException).code === "ENOSPC" ? diskFull(error) : error;
    });
    for await (const path of filesIn(room)) {
      const received = await images.receive(createReadStream(path), limits.archiveBytes);
      budget.bytes -= received.bytes;
      await take(toSlashes(relative(room, path)), received);
    }
  } finally {
    await rm(room, { recursive: true, force: true });
    await rm(archive.path, { force: true });
  }
}

// What systems put into archives separately is left out.
async function* filesIn(folder: string): AsyncGenerator<string, void, undefined> {
  for (const entry of listFolder(folder)) {
    const path = `${folder}/${entry.name}`;
    if (isSystemName(entry.name)) continue;
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}

/** A file's name as it is kept: a path without a way out. @throws ERR_IMAGE for any other. */
function safeName(name: string): string {
  const slashed = name.replaceAll("\\", "/").normalize("NFC");
  const unsafe =
    slashed === "" ||
    slashed.length > 300 ||
    slashed.startsWith("/") ||
    /^[a-z]:/i.test(slashed) ||
    /[\p{Cc}\p{Surrogate}]/u.test(slashed) ||
    slashed.split("/").some((part) => part === ".." || part === ".");
  if (unsafe) throw new LeukogramError("ERR_IMAGE", "unsafe path");
  return slashed;
}

const shown = (name: string) => basename(name.replace(/[\p{Cc}\p{Surrogate}]/gu, "\ufffd")).slice(-300);

// A full disk, or too many files, ends the request; anything else is of one file.
function reasonOf(error: unknown): string {
  if (error instanceof LeukogramError && error.code !== "ERR_OUTPUT" && error.code !== "ERR_LIMIT")
    return error.reason.replace(/^\S*\/incoming\/\S+: /, "the archive ");
  throw error;
}
