import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { LeukogramError } from "../core/errors.ts";

/** Rows of equal length on disk, so that memory does not grow with the number of images. */
export class RecordFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #length: number;
  #count = 0;

  /**
   * @param path is removed by {@link close}.
   * @param length bytes of a row.
   * @throws ERR_OUTPUT where the file can't be made.
   */
  constructor(path: string, length: number) {
    this.#path = path;
    this.#length = length;
    try {
      this.#fd = openSync(path, "w+");
    } catch (cause) {
      throw new LeukogramError("ERR_OUTPUT", `${path}: ${(cause as Error).message}`, {
        hint: "Name a folder that can be written to with LEUKOGRAM_CACHE.",
        cause,
      });
    }
  }

  /** Puts a row at the end. @throws ERR_OUTPUT where the disk is full. */
  append(row: Uint8Array): void {
    const written = writeSync(this.#fd, row, 0, this.#length, this.#count * this.#length);
    if (written < this.#length)
      throw new LeukogramError("ERR_OUTPUT", `${this.#path}: the disk is full`, { hint: "Free some space." });
    this.#count++;
  }

  /** A copy of `length` bytes of row `index`, from `start` on. */
  read(index: number, start: number, length: number): Uint8Array {
    const part = new Uint8Array(length);
    readSync(this.#fd, part, 0, length, index * this.#length + start);
    return part;
  }

  /** Frees and removes the file. */
  close(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }
}
