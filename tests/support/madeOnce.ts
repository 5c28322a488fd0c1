// What is costly to make and the same for many files' tests: made by whoever asks first, once a run.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BUILT, ROOT } from "./packages.ts";

/** Folder that `make` has filled; it lies with the built program, which goes as a run begins. Nobody may change what is in it. */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const done = join(ROOT, BUILT, name);
  const underWay = `${done}.tmp`;
  while (!existsSync(done)) {
    try {
      mkdirSync(underWay);
    } catch {
      // Another file's tests are at it.
      await sleep(100);
      continue;
    }
    try {
      // It may have been done between the two looks.
      if (existsSync(done)) break;
      await make(underWay);
      renameSync(underWay, done);
    } finally {
      rmSync(underWay, { recursive: true, force: true });
    }
  }
  return done;
}
