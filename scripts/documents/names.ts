// What documents name of this repository: files, headings, flags, exports.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as library from "leukogram";
import * as browser from "leukogram/browser";
import { knownFlags } from "./commands.ts";
import { filesBelow, ROOT } from "./root.ts";
import { fences, inBackticks, withoutFences } from "./text.ts";

/** Links to files or headings that are not there; `texts` are all documents by path. */
export function linkFaults(file: string, text: string, texts: ReadonlyMap<string, string>): string[] {
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

const FOLDERS = "packages|src|tests|scripts|configs|examples|docs|bench|findings";
const SOURCE = /^[\w./-]*\w\.(ts|tsx|py)$/;
/** Names that no file may have, as CONTRIBUTING.md says. */
const FORBIDDEN: readonly string[] = ["utils.ts", "helpers.ts"];

/** Files of this repository that the text names and that are not there; patterns with NAME and what is built are left out. */
export function pathFaults(text: string): string[] {
  const inside = [...inBackticks(text), ...fences(text, "sh")].join("\n");
  const named = [...inside.matchAll(new RegExp(`(?<![\\w./-])(?:${FOLDERS})/[\\w./-]*\\w`, "g"))].map(([path]) => path);
  const ours = inBackticks(text).filter((name) => SOURCE.test(name) && !name.startsWith(".."));
  const faults = [
    ...named.filter((path) => !/NAME|\bdist\b/.test(path) && !existsSync(join(ROOT, path))),
    ...ours.filter((name) => !/NAME/.test(name) && !FORBIDDEN.includes(name) && !isEndOfAPath(name)),
    ...documentFaults(text),
  ];
  return [...new Set(faults)].map((path) => `names ${path}, and no such file`);
}

/** Documents that a text names, with or without backticks, and that are not there. */
export function documentFaults(text: string): string[] {
  return [...text.matchAll(/(?<![\w./-])docs\/[\w/-]+\.md\b/g)]
    .map(([path]) => path)
    .filter((path) => !/NAME/.test(path) && !existsSync(join(ROOT, path)));
}

let paths: readonly string[] | undefined;

function isEndOfAPath(name: string): boolean {
  paths ??= ["packages", "scripts", "tests", "bench", "examples"].flatMap(filesBelow);
  return existsSync(join(ROOT, name)) || paths.some((path) => path.endsWith(`/${name}`));
}

/** Flags of npm's own, and of scripts: these have no list of their flags. */
const OTHER_FLAGS: readonly string[] = ["--onnxruntime-node-install", "--workspaces"];

/** Flags that the text names by themselves, such as `--data DIR`, and that no command or script has. */
export async function flagFaults(text: string): Promise<string[]> {
  const named = inBackticks(text).flatMap((words) => /^--[a-z][\w-]*/.exec(words)?.[0] ?? []);
  const known = await knownFlags();
  const scripts = ["scripts", "bench"].flatMap(filesBelow).map((file) => readFileSync(join(ROOT, file), "utf8"));
  return [...new Set(named)]
    .filter((flag) => !known.has(flag) && !OTHER_FLAGS.includes(flag))
    .filter((flag) => !scripts.some((script) => script.includes(`"${flag}`)))
    .map((flag) => `names ${flag}, and no command has it`);
}

/** Names that TypeScript fences import from the package and that it does not export. */
export function importFaults(text: string): string[] {
  // Types are looked at by the type checker elsewhere.
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
