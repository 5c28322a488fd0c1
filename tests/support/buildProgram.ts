// Compiles the program once for the tests that start it: from its sources each start costs seconds, most of all with workers.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where it lies: beside dist/, as deep, so that it finds models and configs, and bin/leukogram.js does not find it. */
export const BUILT = ".built";

export default function setup(): void {
  rmSync(`${ROOT}/${BUILT}`, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const flags = ["-p", "tsconfig.build.json", "--outDir", BUILT, "--noCheck", "--declaration", "false"];
  execFileSync(process.execPath, [tsc, ...flags], { cwd: ROOT, stdio: "inherit" });
}
