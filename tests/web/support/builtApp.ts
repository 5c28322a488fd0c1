// The app as it is built now, once for all files of a run.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { BUILT } from "../../support/buildProgram.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Folder of the built app, which whoever asks first builds; it lies with the built program, which goes as a run begins. */
export async function builtApp(): Promise<string> {
  const [done, underWay] = [join(root, BUILT, "webApp"), join(root, BUILT, "webApp.tmp")];
  while (!existsSync(done)) {
    try {
      mkdirSync(underWay);
    } catch {
      // Another file's tests build it.
      await sleep(100);
      continue;
    }
    try {
      const to = { outDir: underWay, emptyOutDir: true };
      await build({ configFile: join(root, "web/vite.config.ts"), logLevel: "error", build: to });
      if (!existsSync(done)) renameSync(underWay, done);
    } finally {
      rmSync(underWay, { recursive: true, force: true });
    }
  }
  return done;
}
