#!/usr/bin/env node
// The built program if there is one; in a checkout that was not built, the sources.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const built = new URL("../dist/program/main.js", import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  // It says where the packages' sources lie.
  process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL("../../../tsconfig.json", import.meta.url));
  const { register } = await import("tsx/esm/api");
  register();
  await import(new URL("../src/cli/main.ts", import.meta.url).href);
}
