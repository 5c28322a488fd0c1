// Compiles packages to their dist/, and bundles the laboratory's pages to its dist/web/; the old build goes first, so that no
// deleted module lives on in a package. `node scripts/build.js [PACKAGE...]`, each after those that it is made on.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleLibrary } from "./bundle/library.js";
import { bundleProgram } from "./bundle/program.js";
import { bundleServer } from "./bundle/server.js";
import { packEmptyDatabase } from "./packEmptyDatabase.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : ["engine", "leukogram", "laboratory"]) {
  const folder = join(root, "packages", name);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, "-p", join(folder, "tsconfig.build.json")], { stdio: "inherit" });
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  if (name === "engine") await bundleLibrary(folder);
  if (name === "leukogram") {
    await bundleLibrary(folder, { "@leukogram/engine": join(root, "packages/engine") });
    await bundleProgram(folder, join(root, "packages/engine"));
    for (const file of ["README.md", "CHANGELOG.md", "CITATION.cff"])
      copyFileSync(join(root, file), join(folder, file));
  }
  if (name !== "laboratory") continue;
  // The compiler passes on English alone, which types are made of.
  cpSync(join(folder, "src/messages"), join(folder, "dist/messages"), {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
  const { build } = await import("vite");
  const outDir = join(folder, "dist/web");
  await build({ configFile: join(folder, "web/vite.config.ts"), logLevel: "error", build: { outDir } });
  await packEmptyDatabase(join(folder, "dist"));
  await bundleServer(folder);
}
