// Compiles the program once for the tests that start it: from its sources each start costs seconds, most of all with workers.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformWithOxc } from "vite";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where it lies: beside dist/, as deep, so that it finds models and configs, and bin/leukogram.js does not find it. */
export const BUILT = ".built";

export default async function setup(): Promise<void> {
  const [from, to] = [join(ROOT, "src"), join(ROOT, BUILT)];
  rmSync(to, { recursive: true, force: true });
  // Types are only left out, not looked at: tsc takes ten seconds for the same, and tests/package.test.ts has it build.
  const typescript = { rewriteImportExtensions: "rewrite", onlyRemoveTypeImports: true } as const;
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".ts")) continue;
    const source = join(from, name);
    const { code } = await transformWithOxc(readFileSync(source, "utf8"), source, {
      target: "es2023",
      sourcemap: false,
      typescript,
    });
    const built = join(to, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(built), { recursive: true });
    writeFileSync(built, code);
  }
}
