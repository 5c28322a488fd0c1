/**
 * Holds the documents to the code: commands and flags exist, links, headings and named files are there, exported names
 * are exported, the table of settings is the code's, and README stays short. Documents that sources name are there too.
 * `--write` writes the table again.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { COMMANDS } from "leukogram/cli/commands/index";
import { recipeKeys } from "leukogram/training/recipe/recipe";
import { commandFaults } from "./documents/commands.ts";
import { documentFaults, flagFaults, importFaults, linkFaults, pathFaults } from "./documents/names.ts";
import { filesBelow, ROOT } from "./documents/root.ts";
import { shellLines } from "./documents/text.ts";

const SETTINGS = "docs/training.md";
const MOST_LINES = 200;
/** Beside what lies in docs/. */
const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md", "examples/browser/README.md"];

/** Every fault of the documents, one line each. */
export async function checkDocuments(): Promise<string[]> {
  const documents = [...DOCUMENTS, ...filesBelow("docs").filter((name) => name.endsWith(".md"))];
  const texts = new Map(documents.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
  const faults: string[] = [];
  for (const [file, text] of texts)
    faults.push(...(await faultsOf(file, text, texts)).map((fault) => `${file}: ${fault}`));
  for (const { name, load } of COMMANDS) {
    const { examples } = await load();
    faults.push(...(await commandFaults(examples)).map((fault) => `leukogram ${name} --help: ${fault}`));
  }
  faults.push(...sourceFaults());
  const lines = texts.get("README.md")!.trimEnd().split("\n").length;
  if (lines >= MOST_LINES) faults.push(`README.md: has ${lines} lines, and must have fewer than ${MOST_LINES}`);
  const training = texts.get(SETTINGS)!;
  if (plain(withSettings(training)) !== plain(training))
    faults.push(
      `${SETTINGS}: the table of settings is not that of the code; run npx tsx scripts/checkReadme.ts --write`,
    );
  return faults;
}

/** The faults of one document, at `file`, among all of them by path. */
export async function faultsOf(file: string, text: string, texts: ReadonlyMap<string, string>): Promise<string[]> {
  return [
    ...(await commandFaults(shellLines(text))),
    ...linkFaults(file, text, texts),
    ...pathFaults(text),
    // The changelog names flags that were removed.
    ...(file === "CHANGELOG.md" ? [] : await flagFaults(text)),
    ...importFaults(text),
  ];
}

// Documents that sources, scripts, tests and the files of the packages name.
function sourceFaults(): string[] {
  return ["packages", "scripts", "tests", "bench"]
    .flatMap(filesBelow)
    .filter((file) => /\.(ts|tsx|js|py|md|yaml|json)$/.test(file) && !file.startsWith("tests/house/"))
    .flatMap((file) =>
      documentFaults(readFileSync(join(ROOT, file), "utf8")).map((path) => `${file}: names ${path}, and no such file`),
    );
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
