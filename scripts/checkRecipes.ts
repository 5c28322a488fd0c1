/**
 * Follows the recipes of CONTRIBUTING.md (scripts/recipes/) in a clean checkout of what was committed: writes the new
 * files and rows, counts the files touched, and runs types, format, order of imports and the tests that are named. Then
 * it makes the mistakes of each recipe, which the checks must see.
 *
 *   npx tsx scripts/checkRecipes.ts            # all, about ten minutes on two cores
 *   npx tsx scripts/checkRecipes.ts layer op   # some of them
 *
 * Exits with 1 if a check fails, or does not see a mistake.
 */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { RECIPES } from "./recipes/index.ts";
import type { Edit, Recipe } from "./recipes/recipe.ts";

const ROOT = resolve(import.meta.dirname, "..");

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What a program says, and whether it ended well. */
function run(folder: string, words: readonly string[]): { readonly isWell: boolean; readonly text: string } {
  const [program, ...args] = words;
  const { status, stdout, stderr } = spawnSync(program!, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 });
  return { isWell: status === 0, text: `${stdout}${stderr}` };
}

function must(folder: string, words: readonly string[]): string {
  const { isWell, text } = run(folder, words);
  if (!isWell) throw new Error(`${words.join(" ")}\n${text}`);
  return text;
}

/** A checkout of what was committed, with the packages that are installed here. */
function checkout(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "leukogram-recipes-")), "leukogram");
  must(ROOT, ["git", "clone", "--quiet", "--shared", ROOT, folder]);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  appendFileSync(join(folder, ".git/info/exclude"), "node_modules\n");
  return folder;
}

function apply(folder: string, edit: Edit): void {
  const path = join(folder, edit.path);
  const before = readFileSync(path, "utf8");
  const place = "behind" in edit ? edit.behind : edit.replaced;
  if (before.split(place).length !== 2)
    throw new Error(
      `${edit.path}: expected one place with ${JSON.stringify(place)}; bring scripts/recipes/ up to date`,
    );
  const text = "behind" in edit ? `${place}${edit.text}` : edit.text;
  writeFileSync(
    path,
    before.replace(place, () => text),
  );
}

function follow(folder: string, { files, edits }: Recipe): number {
  for (const [path, text] of Object.entries(files)) {
    if (existsSync(join(folder, path))) throw new Error(`${path} is there already`);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const edit of edits) apply(folder, edit);
  const touched = must(folder, ["git", "status", "--porcelain", "--untracked-files=all"]).trim().split("\n");
  return touched.length;
}

const TYPES = ["npx", "tsc", "--noEmit"];
const tests = (files: readonly string[]) => ["npx", "vitest", "run", ...files];

/** What is wrong with a recipe; nothing if all checks pass and see its mistakes. */
function faultsOf(folder: string, { tests: files, mistakes = [] }: Recipe): string[] {
  const checks = [
    TYPES,
    ["npx", "biome", "ci", "."],
    tests([...files, "tests/house/imports.test.ts", "tests/house/sourceRules.test.ts"]),
  ];
  const faults = checks.flatMap((words) => {
    const { isWell, text } = run(folder, words);
    return isWell ? [] : [`${words.join(" ")}\n${text.slice(-4000)}`];
  });
  if (faults.length > 0) return faults;
  return mistakes.flatMap(({ name, edit, check, says }) => {
    const path = join(folder, edit.path);
    const right = readFileSync(path, "utf8");
    apply(folder, edit);
    const { isWell, text } = run(folder, check === "types" ? TYPES : tests(files));
    writeFileSync(path, right);
    return isWell || !says.test(text) ? [`${name}: the checks do not see it\n${text.slice(-2000)}`] : [];
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(RECIPES, name));
if (unknown !== undefined) throw new Error(`no recipe "${unknown}"; there are ${Object.keys(RECIPES).join(", ")}`);

const folder = checkout();
let count = 0;
try {
  say("| To add a | Files before | Files now | Of them new | Checks | Mistakes seen |\n| - | -: | -: | -: | - | -: |");
  for (const [name, recipe] of Object.entries(RECIPES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const touched = follow(folder, recipe);
    const faults = faultsOf(folder, recipe);
    count += faults.length;
    const { before, files, mistakes = [] } = recipe;
    const result = faults.length === 0 ? "pass" : "FAIL";
    say(`| ${name} | ${before} | ${touched} | ${Object.keys(files).length} | ${result} | ${mistakes.length} |`);
    for (const fault of faults) process.stderr.write(`\n${name}: ${fault}\n`);
    must(folder, ["git", "checkout", "--quiet", "."]);
    must(folder, ["git", "clean", "--quiet", "-fd"]);
  }
} finally {
  rmSync(dirname(folder), { recursive: true });
}
process.exitCode = count === 0 ? 0 : 1;
