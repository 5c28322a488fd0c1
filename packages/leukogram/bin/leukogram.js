#!/usr/bin/env node
// The built program if there is one; in a checkout that was not built, the sources.
import { existsSync } from "node:fs";
import nodeModule from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const built = new URL("../dist/program/main.js", import.meta.url);
if (existsSync(built)) {
  // From version 22 on, Node keeps what it compiled: here in a folder of this user's own, in which nobody else can put anything. Where it can't, nothing is lost.
  const cache = process.env.LEUKOGRAM_CACHE || join(process.env.HOME || homedir(), ".cache", "leukogram");
  nodeModule.enableCompileCache?.(join(cache, "compiled"));
  await import(built.href);
} else {
  // It says where the packages' sources lie.
  process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL("../../../tsconfig.json", import.meta.url));
  const { register } = await import("tsx/esm/api");
  register();
  await import(new URL("../src/cli/main.ts", import.meta.url).href);
}
