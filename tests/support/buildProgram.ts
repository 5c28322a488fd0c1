// Compiles the packages once for the tests that start the program: from its sources each start costs seconds, most of all with workers.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformWithOxc } from "vite";
import { BUILT, besideBuilt, builtPath, PACKAGES, ROOT } from "./packages.ts";

export default async function setup(): Promise<void> {
  // What tests share lies in the root's (tests/support/madeOnce.ts).
  rmSync(join(ROOT, BUILT), { recursive: true, force: true });
  mkdirSync(join(ROOT, BUILT));
  for (const folder of Object.keys(PACKAGES) as (keyof typeof PACKAGES)[]) await buildPackage(folder);
}

async function buildPackage(folder: keyof typeof PACKAGES): Promise<void> {
  const from = join(ROOT, "packages", folder, "src");
  rmSync(builtPath(folder, "."), { recursive: true, force: true });
  // Types are only left out, not looked at: tsc takes ten seconds for the same, and tests/house/package.test.ts has it build.
  const typescript = { rewriteImportExtensions: "rewrite", onlyRemoveTypeImports: true } as const;
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" }).sort()) {
    const source = join(from, name);
    if (name.endsWith(".json")) {
      mkdirSync(dirname(builtPath(folder, name)), { recursive: true });
      copyFileSync(source, builtPath(folder, name));
    }
    if (!name.endsWith(".ts")) continue;
    const { code } = await transformWithOxc(readFileSync(source, "utf8"), source, {
      target: "es2023",
      sourcemap: false,
      typescript,
    });
    const built = builtPath(folder, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(built), { recursive: true });
    writeFileSync(
      built,
      code.replace(/"((?:@leukogram\/\w+|leukogram)\/[^"]+)"/g, (_, specifier: string) =>
        JSON.stringify(besideBuilt(specifier, built)),
      ),
    );
  }
}
