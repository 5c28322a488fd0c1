import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { listFolder } from "leukogram/data/folders/walk";
import { diskFull, ROOM_OF_FILES, requireRoom } from "./database/room.ts";

/** A file that has come in and is not yet kept. */
export interface Received {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Its first bytes, 512 of them where there are as many. */
  readonly head: Buffer;
}

/** Files by the SHA-256 of their bytes, in a folder. */
export interface ImageFolder {
  /** Where a file is kept, there or not. */
  pathOf(sha256: string): string;
  /** Takes a stream into a temporary file, on the disk when this ends. @throws ERR_LIMIT if it is longer than `maxBytes`, ERR_OUTPUT if the disk is full. */
  receive(stream: Readable, maxBytes: number): Promise<Received>;
  /** Keeps a file under its hash, on the disk when this ends; nothing happens where it is there. */
  keep(received: Received): Promise<void>;
  /** A new empty folder beside the images, for what is unpacked; whoever asks removes it. */
  makeRoom(): Promise<string>;
}

/** Opens a folder of images; what broke off halfway earlier is removed. */
export async function openImages(folder: string): Promise<ImageFolder> {
  const incoming = join(folder, "incoming");
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    pathOf,
    async receive(stream, maxBytes) {
      const path = join(incoming, randomUUID());
      try {
        return { path, ...(await write(stream, path, maxBytes)) };
      } catch (error) {
        await rm(path, { force: true });
        throw explain(error);
      }
    },
    async keep({ path, sha256 }) {
      const place = pathOf(sha256);
      try {
        const known = await stat(place).catch(() => undefined);
        if (known?.isFile()) return await rm(path, { force: true });
        await rename(path, place).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
          await mkdir(dirname(place), { recursive: true });
          await syncFolder(folder);
          await rename(path, place);
        });
        await syncFolder(dirname(place));
      } catch (error) {
        throw explain(error);
      }
    },
    async makeRoom() {
      const room = join(incoming, randomUUID());
      await mkdir(room).catch((error) => {
        throw explain(error);
      });
      return room;
    },
  };
}

/** Names of all files that are kept, in order. */
export function* listImages(folder: string): Generator<string, void, undefined> {
  for (const { name } of listFolder(folder))
    if (/^[0-9a-f]{2}$/.test(name)) yield* listFolder(join(folder, name)).map((file) => file.name);
}

/** Bytes that tell what a file is. */
const HEAD = 512;

/** Bytes between two looks at how much room there is. */
const LOOK = 8e6;

async function write(stream: Readable, path: string, maxBytes: number) {
  const hash = createHash("sha256");
  let [bytes, looked] = [0, Number.NEGATIVE_INFINITY];
  let head = Buffer.alloc(0);
  const watch = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      hash.update(chunk);
      if (head.length < HEAD) head = Buffer.concat([head, chunk]).subarray(0, HEAD);
      if (bytes > maxBytes)
        return done(new LeukogramError("ERR_LIMIT", `the file is larger than ${Math.round(maxBytes / 1e6)} MB`));
      if (bytes - looked < LOOK) return done(undefined, chunk);
      looked = bytes;
      requireRoom(dirname(path), ROOM_OF_FILES).then(() => done(undefined, chunk), done);
    },
  });
  await pipeline(stream, watch, createWriteStream(path, { flags: "wx", flush: true }));
  return { sha256: hash.digest("hex"), bytes, head };
}

// A name that was given is kept only when its folder is.
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}

function explain(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return diskFull(error);
}
