import { fileURLToPath } from "node:url";
import { build } from "vite";
import { madeOnce } from "../../support/madeOnce.ts";

const configFile = fileURLToPath(new URL("../../../packages/laboratory/web/vite.config.ts", import.meta.url));

/** Folder of the app as it is built now, once for all files of a run. */
export function builtApp(): Promise<string> {
  return madeOnce("webApp", async (outDir) => {
    await build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
  });
}
