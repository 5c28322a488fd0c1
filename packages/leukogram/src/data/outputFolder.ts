import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { listFolder } from "./folders/walk.ts";

/** The file that tells a folder that Leukogram made, and may replace. */
export const MADE_BY = ".leukogram-made";

/**
 * Fills the folder `dest` whole or not at all: `fill` writes into a sibling, which then takes its name.
 *
 * @throws LeukogramError ERR_OUTPUT if `dest` holds files that this command did not write, or cannot be written.
 */
export async function replaceFolder(dest: string, maker: string, fill: (dir: string) => Promise<void>): Promise<void> {
  const target = resolve(dest);
  requireOurs(target, dest);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    await writeFile(join(temporary, MADE_BY), `${maker}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    const { code } = cause as NodeJS.ErrnoException;
    // What has no code of the file system is no fault of the folder's.
    if (cause instanceof LeukogramError || code === undefined) throw cause;
    const full = code === "ENOSPC";
    throw new LeukogramError(
      "ERR_OUTPUT",
      `cannot write ${dest}: ${full ? "the disk is full" : (cause as Error).message}`,
      {
        hint: "Free some disk space, or choose another folder.",
        cause,
      },
    );
  }
}

function requireOurs(target: string, dest: string): void {
  if (!existsSync(target)) return;
  const names = statSync(target).isDirectory() ? listFolder(target).map((entry) => entry.name) : [basename(target)];
  if (names.length === 0 || names.includes(MADE_BY)) return;
  throw new LeukogramError("ERR_OUTPUT", `${dest} exists and was not made by this command; it was not changed`, {
    hint: "Choose a folder that does not exist yet.",
  });
}
