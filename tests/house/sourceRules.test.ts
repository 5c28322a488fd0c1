import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { PACKAGES, ROOT } from "../support/packages.ts";

const root = join(ROOT, "packages");
const files = Object.keys(PACKAGES)
  .flatMap((name) =>
    readdirSync(join(root, name, "src"), { recursive: true, encoding: "utf8" }).map((file) => join(name, "src", file)),
  )
  .filter((name) => name.endsWith(".ts"))
  .sort();

/** Lines of the sources that match, as `file:line text`. */
const linesWith = (pattern: RegExp) =>
  files.flatMap((name) =>
    readFileSync(join(root, name), "utf8")
      .split("\n")
      .flatMap((line, i) =>
        pattern.test(line) ? [`${relative(root, join(root, name))}:${i + 1} ${line.trim()}`] : [],
      ),
  );

test("chance comes from seeds alone, and the clock decides nothing", () => {
  expect(files.length).toBeGreaterThan(200);
  expect(linesWith(/Math\.random\(|Date\.now\(/)).toEqual([]);
});

test("folders are read in an order that every file system gives", () => {
  const reads = files.flatMap((name) =>
    [...readFileSync(join(root, name), "utf8").matchAll(/(?<!import.*)readdir(?:Sync)?\([^)]*\)\s*(\.\w+)?/g)].map(
      ([call, next]) => ({ where: `${name}: ${call}`, next }),
    ),
  );
  expect(reads.length).toBeGreaterThan(2);
  expect(reads.filter(({ next }) => next !== ".sort" && next !== ".length")).toEqual([]);
});

test("the library does not print, and never ends the process; commands do", () => {
  // Examples in doc comments print.
  expect(linesWith(/^(?!\s*\*).*console\.\w+\(/)).toEqual([]);
  const prints = linesWith(/process\.(stdout|stderr|exit)\b/);
  expect(prints.filter((line) => !/^(leukogram\/src\/cli|laboratory\/src\/\w+)\//.test(line))).toEqual([]);
});

test("files are split into lines by linesOf: readline ends one at U+2028 too since Node 24", () => {
  expect(linesWith(/from "node:readline"/)).toEqual([]);
});
