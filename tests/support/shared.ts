import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type TestAPI, test } from "vitest";

const root = fileURLToPath(new URL("../../../shared/", import.meta.url));

/** Path of a file of the reference data beside the checkout. */
export function shared(path: string): string {
  return `${root}${path}`;
}

/** A JSON file of the reference data. */
export function sharedJson<T>(path: string): T {
  return JSON.parse(readFileSync(shared(path), "utf8")) as T;
}

/** `test`, or a skipped one that names what is missing. */
export function testWith(...paths: readonly string[]): TestAPI | TestAPI["skip"] {
  const missing = paths.filter((path) => !existsSync(shared(path)));
  if (missing.length === 0) return test;
  console.warn(`skipped: the reference data ${missing.join(", ")} is not beside this checkout`);
  return test.skip as TestAPI["skip"];
}
