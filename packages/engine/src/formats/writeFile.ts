import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { LeukogramError } from "../core/errors.ts";

/**
 * Writes a file whole or not at all: into a temporary file beside it, which then takes its name.
 *
 * @throws ERR_OUTPUT where it can't be written, as on a full disk; an older file is then still there.
 */
export async function writeFileWhole(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, data, { flush: true });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const { code, message } = cause as NodeJS.ErrnoException;
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new LeukogramError("ERR_OUTPUT", `${path}: can't be written: ${full ? "the disk is full" : message}`, {
      hint: full
        ? "Free some space and resume; what was saved before is still there."
        : "Name another place with --out.",
      cause,
    });
  }
}
