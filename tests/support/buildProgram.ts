// Compiles and bundles the packages once for the tests that start programs: from the sources, or from hundreds of modules, each
// start takes long, most of all with workers.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformWithOxc } from "vite";
import { BUILT, besideBuilt, builtPath, PACKAGES, ROOT } from "./packages.ts";

export default async function setup(): Promise<void> {
  // What tests share lies in the root's (tests/support/madeOnce.ts).
  rmSync(join(ROOT, BUILT), { recursive: true, force: true });
  mkdirSync(join(ROOT, BUILT));
  for (const folder of Object.keys(PACKAGES) as (keyof typeof PACKAGES)[]) await buildPackage(folder);
  bundleEntries();
}

/** Modules that processes and threads of tests start from. */
const ENTRIES = {
  leukogram: [
    ...["cli/main", "cli/program"],
    ...["audit/lookWorker", "data/loading/loaderWorker", "data/scale/pictureWorker"],
  ],
  laboratory: ["server/startLaboratory", "server/work/engineProcess"],
};

function bundleEntries(): void {
  const paths = Object.entries(ENTRIES).flatMap(([folder, names]) =>
    names.map((name) => builtPath(folder as keyof typeof PACKAGES, `${name}.js`)),
  );
  execFileSync(process.execPath, ["scripts/bundle/compiled.js", builtPath("laboratory", "program"), ...paths], {
    cwd: ROOT,
    stdio: "inherit",
  });
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
