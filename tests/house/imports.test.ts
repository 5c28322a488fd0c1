// Which module may import which: packages on those below them, folders on those above them in this list, at any depth. And how
// much a folder and a file may hold.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { BUILT, PACKAGES, ROOT } from "../support/packages.ts";

/** Folders of each package in their order: each imports from itself, from those before it, and from the packages before its own. */
const ORDER = {
  engine: ["version.ts", "core", "graph", "runtime", "nn", "models", "formats", "index.ts"],
  leukogram: [
    "version.ts",
    "cells",
    "run",
    "shipped",
    "metrics",
    "review",
    "data",
    "training",
    "evaluation",
    "adaptation",
    "audit",
    "differential",
    "explain",
    "browser",
    "report",
    "jobs",
    "index.ts",
    "browser.ts",
    "cli",
  ],
  laboratory: ["version.ts", "messages", "interfaces", "store", "server", "commands"],
} as const;

/** What runs in a browser too: none of it imports a module of Node's. */
const IN_BROWSERS = [
  "engine/core",
  "engine/graph",
  "engine/nn",
  "engine/models",
  "leukogram/cells",
  "leukogram/metrics",
  "leukogram/review",
  "leukogram/explain",
  "leukogram/browser",
];

interface Module {
  /** `engine/core/errors.ts`. */
  readonly path: string;
  readonly imports: readonly { readonly target: string; readonly isTypeOnly: boolean; readonly isLater: boolean }[];
}

const packagesFolder = join(ROOT, "packages");
const names = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[];

function targetOf(specifier: string, from: string): string {
  if (specifier.startsWith("."))
    return relative(packagesFolder, join(dirname(from), specifier))
      .split(sep)
      .join("/");
  for (const name of names) {
    if (specifier === PACKAGES[name]) return `${name}/src/index.ts`;
    if (specifier.startsWith(`${PACKAGES[name]}/`))
      return `${name}/src/${specifier.slice(PACKAGES[name].length + 1)}.ts`;
  }
  return specifier;
}

const STATEMENT = /^(import|export)\s(type\s)?[^;"]*?from "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gm;

const modules: readonly Module[] = names.flatMap((name) => {
  const folder = join(packagesFolder, name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => {
      const path = join(folder, file);
      const imports = [...readFileSync(path, "utf8").matchAll(STATEMENT)].map((match) => ({
        target: targetOf((match[3] ?? match[4] ?? match[5])!, path).replace("/src/", "/"),
        isTypeOnly: match[2] !== undefined,
        isLater: match[5] !== undefined,
      }));
      return { path: `${name}/${file.split(sep).join("/")}`, imports };
    });
});

const parts = (path: string) => path.split("/") as [keyof typeof ORDER, string, ...string[]];

test("folders and packages import only from those before them", () => {
  expect(modules.length).toBeGreaterThan(600);
  const place = ([name, folder]: ReturnType<typeof parts>) => {
    const at = (ORDER[name] as readonly string[]).indexOf(folder);
    if (at < 0) throw new Error(`${name}/src/${folder} has no place in the order`);
    return 100 * names.indexOf(name) + at;
  };
  const faults = modules.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => names.some((name) => target.startsWith(`${name}/`)))
      .filter(({ target }) => place(parts(target)) > place(parts(path)))
      .map(({ target }) => `${path} imports ${target}`),
  );
  expect(faults).toEqual([]);
});

test("only the engine's runtime talks to ONNX Runtime, and what runs in a browser asks Node for nothing", () => {
  const faults = modules.flatMap(({ path, imports }) =>
    imports
      .filter(
        ({ target }) =>
          (target.startsWith("onnxruntime-") && !path.startsWith("engine/runtime/")) ||
          (target.startsWith("node:") && IN_BROWSERS.some((folder) => path.startsWith(`${folder}/`))) ||
          (target.startsWith("node:") && path === "leukogram/browser.ts"),
      )
      .map(({ target }) => `${path} imports ${target}`),
  );
  expect(faults).toEqual([]);
});

test("no modules import each other in a circle, not even types, but for those of the graph", () => {
  // A tensor, its op and what an op emits know each other's types.
  const isOwn = (path: string) => path.startsWith("engine/graph/");
  const graph = new Map(
    modules.map(({ path, imports }) => [
      path,
      imports.filter((given) => !(given.isTypeOnly && isOwn(path) && isOwn(given.target))).map(({ target }) => target),
    ]),
  );
  const circles: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done" || !graph.has(path)) return;
    if (state.get(path) === "open") {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    state.set(path, "open");
    for (const target of graph.get(path)!) visit(target, [...trail, path]);
    state.set(path, "done");
  };
  for (const { path } of modules) visit(path, []);
  expect(circles).toEqual([]);
});

test("the program starts with commander alone; a command loads what it needs", () => {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const [loaded, outside] = [new Set<string>(), new Set<string>()];
  const load = (path: string): void => {
    const module = byPath.get(path);
    if (module === undefined && !path.startsWith("node:")) outside.add(path);
    if (module === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const { target, isTypeOnly, isLater } of module.imports) if (!isTypeOnly && !isLater) load(target);
  };
  load("leukogram/cli/main.ts");
  expect([...outside]).toEqual(["commander"]);
  expect(loaded.size).toBeLessThan(40);
});

/** What a folder holds, but for what is installed or built. */
const entries = (folder: string) =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !["node_modules", "dist", BUILT].includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

test("a folder holds at most 25 files and folders, so that it is read at a glance", () => {
  // A file an op, and a file a layer.
  const LISTS = ["packages/engine/src/graph/ops", "packages/engine/src/nn/layers"];
  const tooFull = (folder: string): string[] => {
    const inside = entries(folder);
    const own = inside.length > 25 && !LISTS.includes(folder) ? [`${folder}: ${inside.length}`] : [];
    return [
      ...own,
      ...inside.filter((entry) => entry.isDirectory()).flatMap(({ name }) => tooFull(`${folder}/${name}`)),
    ];
  };
  const roots = [...names.map((name) => `packages/${name}/src`), "packages/laboratory/web/src", "tests"];
  expect(roots.flatMap(tooFull)).toEqual([]);
});

test("a file of code has at most 300 lines, so that it is read in one go", () => {
  const filesOf = (folder: string): string[] =>
    entries(folder).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesOf(path);
      return /\.(tsx?|js|css|py)$/.test(entry.name) ? [path] : [];
    });
  const files = ["bench", "bin", "examples", "packages", "scripts", "tests"].flatMap(filesOf);
  expect(files.length).toBeGreaterThan(1300);
  const lengths = files.map((path) => ({
    path,
    lines: readFileSync(join(ROOT, path), "utf8").trimEnd().split("\n").length,
  }));
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
});

test("a training is followed through few folders, in the order that the documents give", () => {
  const table = readFileSync(join(ROOT, "docs/architecture.md"), "utf8")
    .split("## A training, step by step")[1]!
    .split("\n## ")[0]!;
  const steps = [...table.matchAll(/`packages\/(\w+)\/src\/([\w/]+\.ts)`/g)].map(([, name, file]) => `${name}/${file}`);
  expect(steps.length).toBeGreaterThan(10);
  expect(new Set(steps.map((path) => dirname(path))).size).toBeLessThanOrEqual(15);
  const importsOf = new Map(modules.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
  for (const [i, step] of steps.entries()) {
    // Directly, or by at most two files between them.
    const next = (paths: readonly string[]) => paths.flatMap((path) => importsOf.get(path) ?? []);
    const first = next(steps.slice(0, i));
    const near = [...first, ...next(first), ...next(next(first))];
    if (i > 0) expect(near, step).toContain(step);
  }
});
