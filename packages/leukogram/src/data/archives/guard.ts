import { isAbsolute, join, normalize, sep } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** What an archive may become. */
export interface UnpackLimits {
  /** Bytes of all files together. */
  readonly maxBytes: number;
  /** Files and folders. */
  readonly maxEntries: number;
}

const PUBLISHED = "The file does not match its publisher's description. Delete it, and check the publisher's page.";

/** Watches an archive while it is unpacked: no file outside the folder, not too many, not too large. */
export class Guard {
  readonly #archive: string;
  readonly #into: string;
  readonly #limits: UnpackLimits;
  readonly #hint: string;
  #bytes = 0;
  #entries = 0;

  constructor(archive: string, into: string, limits: UnpackLimits, hint = PUBLISHED) {
    this.#archive = archive;
    this.#into = into;
    this.#limits = limits;
    this.#hint = hint;
  }

  /** Where an entry of that name goes. @throws ERR_DATA if that is outside the folder, or there are too many. */
  place(name: string): string {
    if (++this.#entries > this.#limits.maxEntries)
      throw this.fault(`contains more than ${this.#limits.maxEntries} entries`);
    const slashed = name.replace(/\\/g, "/");
    const path = normalize(slashed);
    const escapes =
      path === ".." ||
      path.startsWith(`..${sep}`) ||
      isAbsolute(path) ||
      /^[a-z]:/i.test(slashed) ||
      name.includes("\0");
    if (escapes) throw this.escape(name);
    return join(this.#into, path);
  }

  /** Counts bytes that were unpacked, or are said to be. @throws ERR_DATA if they are too many. */
  count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.maxBytes)
      throw this.fault(`unpacks to more than ${Math.round(this.#limits.maxBytes / 1e6)} MB`);
  }

  /** The error for an entry that reaches outside the folder. */
  escape(name: string): LeukogramError {
    return this.fault(`contains an entry that would be written outside the folder: ${JSON.stringify(name)}`);
  }

  /** An error that names the archive. */
  fault(what: string, cause?: unknown): LeukogramError {
    return new LeukogramError("ERR_DATA", `${this.#archive}: ${what}`, {
      hint: this.#hint,
      cause,
    });
  }
}
