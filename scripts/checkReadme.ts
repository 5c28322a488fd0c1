/**
 * Holds the documents to the code: commands and flags exist, links and named files are there, exported names are
 * exported, the table of settings is the code's, and README stays short. `--write` writes the table again.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Command } from "commander";
import * as library from "leukogram";
import * as browser from "leukogram/browser";
import { COMMANDS } from "leukogram/cli/commands/index";
import { recipeOf } from "leukogram/cli/recipeFlags";
import { recipeKeys } from "leukogram/training/recipe/recipe";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SETTINGS = "docs/training.md";
const MOST_LINES = 200;

/** Every fault of the documents, one line each. */
export async function checkDocuments(): Promise<string[]> {
  const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...docs()];
  const texts = new Map(documents.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
  const faults: string[] = [];
  for (const [file, text] of texts) {
    const found = [
      ...(await commandFaults(shellLines(text))),
      ...linkFaults(file, text, texts),
      ...pathFaults(text),
      ...importFaults(text),
    ];
    faults.push(...found.map((fault) => `${file}: ${fault}`));
  }
  for (const { name, load } of COMMANDS) {
    const { examples } = await load();
    faults.push(...(await commandFaults(examples)).map((fault) => `leukogram ${name} --help: ${fault}`));
  }
  const lines = texts.get("README.md")!.trimEnd().split("\n").length;
  if (lines >= MOST_LINES) faults.push(`README.md: has ${lines} lines, and must have fewer than ${MOST_LINES}`);
  const training = texts.get(SETTINGS)!;
  if (plain(withSettings(training)) !== plain(training))
    faults.push(
      `${SETTINGS}: the table of settings is not that of the code; run npx tsx scripts/checkReadme.ts --write`,
    );
  return faults;
}

/** What is wrong with lines of shell: commands, flags and values are read as the program reads them. */
export async function commandFaults(lines: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const line of lines.flatMap((text) => text.split(/\s+(?:&&|\|)\s+/))) {
    const words = wordsOf(line);
    if (words[0] === "npx") words.shift();
    const [program, ...args] = words;
    const fault = program === "leukogram" ? await leukogramFault(args) : program === "npm" ? npmFault(args) : undefined;
    if (fault !== undefined) faults.push(`\`${line}\`: ${fault}`);
  }
  return faults;
}

// Words of a line of shell, without quotes and what is redirected.
function wordsOf(line: string): string[] {
  const words = line.replace(/\s[<>].*$/, "").match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replace(/^["']|["']$/g, ""));
}

async function leukogramFault([name = "", ...args]: readonly string[]): Promise<string | undefined> {
  if (name.startsWith("-") || name === "COMMAND") return undefined;
  const module = await COMMANDS.find((command) => command.name === name)?.load();
  if (module === undefined) return `unknown command "${name}"`;
  const command = new Command(name).exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  module.define(command);
  command.option("--json").option("--quiet").option("--debug");
  try {
    command.action(() => {}).parse(args, { from: "user" });
    // Settings of a recipe have limits that commander does not know.
    if (name === "train") recipeOf({ ...command.opts(), recipe: recipeByName(command.opts().recipe) });
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === "commander.helpDisplayed" ? undefined : message.replace(/^error: /, "");
  }
}

// A recipe's file may be one that the reader makes.
function recipeByName(recipe: string | undefined): string | undefined {
  return recipe !== undefined && /[/.]/.test(recipe) ? undefined : recipe;
}

function npmFault([verb, ...args]: readonly string[]): string | undefined {
  if (verb !== "run" && verb !== "test") return undefined;
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const script = verb === "test" ? "test" : args.find((word) => !word.startsWith("-"));
  return script !== undefined && script in scripts ? undefined : `package.json has no script "${script}"`;
}

/** The lines of shell in a Markdown text: those of fences marked sh, and whole commands in backticks. */
export function shellLines(text: string): string[] {
  const fenced = fences(text, "sh").flatMap((body) => body.split("\n"));
  const inline = [...withoutFences(text).matchAll(/`((?:npx leukogram|leukogram|npm run) [^`]+)`/g)].map(
    (match) => match[1]!,
  );
  return [...fenced, ...inline].map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

function fences(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].filter((match) => match[1] === language).map((m) => m[2]!);
}

function withoutFences(text: string): string {
  return text.replace(/^```.*?^```/gms, "");
}

function linkFaults(file: string, text: string, texts: ReadonlyMap<string, string>): string[] {
  return [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [path = "", anchor] = link!.split("#");
    const target = path === "" ? file : join(dirname(file), path);
    if (!existsSync(join(ROOT, target))) return [`links to ${link}, and no such file`];
    const there = anchor === undefined || headings(texts.get(target) ?? "").includes(anchor);
    return there ? [] : [`links to ${link}, and there is no such heading`];
  });
}

// Anchors as GitHub makes them.
function headings(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

// Files of this repository that the text names, patterns left out.
function pathFaults(text: string): string[] {
  const named = [...text.matchAll(/`((?:src|tests|scripts|configs|examples|docs|bench)\/[\w./-]+)`/g)];
  return named.flatMap(([, path]) =>
    /NAME/.test(path!) || existsSync(join(ROOT, path!)) ? [] : [`names ${path}, and no such file`],
  );
}

// Names that TypeScript fences import from the package; types are told by the type checker elsewhere.
function importFaults(text: string): string[] {
  const lists = fences(text, "ts").flatMap((body) => [
    ...body.matchAll(/import \{([^}]*)\} from "leukogram(\/browser)?"/g),
  ]);
  return lists.flatMap(([, names, part]) =>
    names!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type ") && !(name in (part ? browser : library)))
      .map((name) => `imports ${name}, which ${part ? "leukogram/browser" : "the package"} does not export`),
  );
}

function docs(): string[] {
  return readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`);
}

// Without what the formatter makes of a table.
const plain = (text: string) =>
  text
    .replace(/-{3,}/g, "---")
    .replace(/ *\| */g, "|")
    .replace(/\s+/g, " ");

// The text with the table of all settings in its place.
function withSettings(text: string): string {
  const rows = recipeKeys().map(({ key, kind, choices, default: value, description }) => {
    const takes = choices?.map((choice) => `\`${choice}\``).join(", ") ?? (kind === "boolean" ? "true, false" : kind);
    return `| \`${key}\` | ${takes} | ${value === undefined ? "" : `\`${value}\``} | ${description} |`;
  });
  const table = ["| Setting | Takes | Default | What it is |", "|---|---|---|---|", ...rows].join("\n");
  return text.replace(/(<!-- settings -->\n).*?(?=<!-- \/settings -->)/s, (_, open: string) => `${open}\n${table}\n\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const path = join(ROOT, SETTINGS);
  if (process.argv.includes("--write")) writeFileSync(path, withSettings(readFileSync(path, "utf8")));
  const faults = await checkDocuments();
  process.stdout.write(faults.map((fault) => `${fault}\n`).join("") || "Documents and code agree.\n");
  process.exitCode = faults.length === 0 ? 0 : 1;
}
