// A database whose disk is full may not be able to go on: some of it is kept free, so that it never comes to that.
import { statfs } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** Bytes that changes leave free: a transaction's log may take a few segments of 16 MB. */
export const ROOM_OF_CHANGES = 48e6;
/** Bytes that files leave free: labels and signatures go on for a while where no more images can be taken. */
export const ROOM_OF_FILES = 96e6;

/** Bytes that may be written to a folder's disk so that `reserve` stay free; negative where fewer are. */
export async function roomBeyond(folder: string, reserve: number): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize - reserve;
}

/** @throws ERR_OUTPUT if `reserve` bytes are no longer free. */
export async function requireRoom(folder: string, reserve: number): Promise<void> {
  if ((await roomBeyond(folder, reserve)) < 0) throw diskFull();
}

/** What is told where the disk is full. */
export function diskFull(cause?: unknown): LeukogramError {
  return new LeukogramError("ERR_OUTPUT", "the disk is full; nothing from this request was saved", {
    hint: "Free some disk space, and try again.",
    cause,
  });
}
