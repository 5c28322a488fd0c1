// Compiles src/ to dist/, and bundles web/ to dist/web/; the old build goes first, so that no deleted module lives on in a package.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "vite";

rmSync("dist", { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
await build({ configFile: at("web/vite.config.ts"), logLevel: "error", build: { outDir: at("dist/web") } });
