import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** Rows of equal length on disk, so that memory does not grow with the number of images. */
export class RecordFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #length: number;
  #count = 0;

  /**
   * @param path is removed by {@link close}.
   * @param length bytes of a row.
   * @throws ERR_OUTPUT if the file can't be made.
   */
  constructor(path: string, length: number) {
    this.#path = path;
    this.#length = length;
    try {
      this.#fd = openSync(path, "w+");
      // Where an open file can lose its name, nothing stays of a process that is killed.
      if (process.platform !== "win32") rmSync(path, { force: true });
    } catch (cause) {
      throw new LeukogramError("ERR_OUTPUT", `${path}: ${(cause as Error).message}`, {
        hint: "Set LEUKOGRAM_CACHE to a writable folder.",
        cause,
      });
    }
  }

  /** Puts a row at the end. @throws ERR_OUTPUT if the disk is full. */
  append(row: Uint8Array): void {
    const written = writeSync(this.#fd, row, 0, this.#length, this.#count * this.#length);
    if (written < this.#length)
      throw new LeukogramError("ERR_OUTPUT", `${this.#path}: the disk is full`, { hint: "Free some disk space." });
    this.#count++;
  }

  /** Fills `part` with the bytes of row `index` from `start` on. */
  read(index: number, start: number, part: Uint8Array): void {
    readSync(this.#fd, part, 0, part.length, index * this.#length + start);
  }

  /** Frees and removes the file. */
  close(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }
}
