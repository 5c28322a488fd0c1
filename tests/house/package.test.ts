import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { VERSION as ENGINE_VERSION } from "@leukogram/engine/version";
import { VERSION as LABORATORY_VERSION } from "@leukogram/laboratory/version";
import { VERSION } from "leukogram/version";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleForBrowser } from "../../scripts/bundleForBrowser.ts";
import { PACKAGES, ROOT } from "../support/packages.ts";

const place = mkdtempSync(join(tmpdir(), "leukogram-package-"));
afterAll(() => rmSync(place, { recursive: true }));

const checkout = join(place, "checkout");
const names = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[];

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifestOf = (name: keyof typeof PACKAGES) =>
  JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as Manifest;

test("all packages have one version, which their programs say, and need each other in that version", () => {
  expect([ENGINE_VERSION, VERSION, LABORATORY_VERSION]).toEqual(names.map((name) => manifestOf(name).version));
  expect(new Set([ENGINE_VERSION, VERSION, LABORATORY_VERSION]).size).toBe(1);
  const own = names.flatMap((name) =>
    Object.entries(manifestOf(name).dependencies).filter(([needed]) => needed.includes("leukogram")),
  );
  expect(own).toEqual([
    ["@leukogram/engine", VERSION],
    ["@leukogram/engine", VERSION],
    ["leukogram", VERSION],
  ]);
});

describe("what is published works without the sources", () => {
  beforeAll(() => {
    const left = new Set([".git", ".built", "node_modules", "dist", "runs"]);
    const filter = (path: string) => !/\/(\.built|dist|node_modules)$/.test(path);
    for (const name of readdirSync(ROOT).sort())
      if (!left.has(name)) cpSync(join(ROOT, name), join(checkout, name), { recursive: true, filter });
    // What is installed, and in place of the packages of this checkout those of the copy.
    installed(checkout, ["@leukogram", "leukogram"]);
    for (const name of names) link(join(checkout, "packages", name), join(checkout, "node_modules", PACKAGES[name]));
    execFileSync(process.execPath, ["scripts/build.js"], { cwd: checkout });
    for (const name of names) publish(name);
  }, 400_000);

  const run = (project: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(project, "node_modules/leukogram/bin/leukogram.js"), ...args], {
      encoding: "utf8",
      stdio: "pipe",
      env: { PATH: process.env.PATH },
    });

  test("program, library and page, with the engine beside it", async () => {
    const project = newProject("whole", ["engine", "leukogram", "laboratory"]);
    expect(existsSync(join(project, "node_modules/@leukogram/laboratory/dist/web/index.html"))).toBe(true);
    expect(run(project, "--version").trim()).toBe(VERSION);
    const { models } = JSON.parse(readFileSync(join(ROOT, "packages/leukogram/models/index.json"), "utf8")) as {
      models: { name: string }[];
    };
    const found = (JSON.parse(run(project, "models", "--json")) as { models: { name: string; path: string }[] }).models;
    expect(found.map(({ name }) => name)).toEqual(models.map(({ name }) => name));
    for (const { path } of found) expect(existsSync(path)).toBe(true);
    expect(run(project, "serve", "--help")).toContain("leukogram serve --open");
    const script = join(project, "use.mjs");
    writeFileSync(
      script,
      'import { cnn, CELL_TYPES } from "leukogram"; console.log(cnn({ imageSize: 32, classes: CELL_TYPES.length }).initialize(0).parameters);',
    );
    expect(Number(execFileSync(process.execPath, [script], { encoding: "utf8", cwd: project }))).toBeGreaterThan(
      24_000,
    );
    // Bundled for a browser from what is published, nothing of Node's is asked for.
    const page = join(project, "page.mjs");
    writeFileSync(page, 'export * from "leukogram/browser";');
    const { files, asksNode } = await bundleForBrowser({ entry: page });
    expect(asksNode).toEqual([]);
    expect(files.map(({ fileName }) => fileName)).toEqual(
      expect.arrayContaining([expect.stringMatching(/ort-wasm-simd-threaded-.*\.wasm$/)]),
    );
  }, 400_000);

  test("the engine alone", () => {
    const project = newProject("engine", ["engine"]);
    const script = join(project, "use.mjs");
    const [, example] = /```ts\n([\s\S]+?)```/.exec(
      readFileSync(join(ROOT, "packages/engine/README.md"), "utf8"),
    ) as RegExpExecArray;
    writeFileSync(script, `${example}console.log(probabilities.data.length);`);
    expect(execFileSync(process.execPath, [script], { encoding: "utf8", cwd: project }).trim()).toBe("3");
  });

  describe("declarations compile in a project that has neither a browser's types nor Node's", () => {
    const USE = `
      import { auditJob, type Audit, classifyFiles, convertJob, type JobEvent, loadClassifier, trainJob, parseRecipe } from "leukogram";
      import { Model, type StopSignal, createSession } from "@leukogram/engine";
      export const told: JobEvent[] = [];
      export async function work(signal: StopSignal): Promise<number> {
        const onProgress = (event: JobEvent) => void told.push(event);
        const audit: Audit = await auditJob({ data: "cells", signal, onProgress });
        const recipe = parseRecipe({ model: "cnn", epochs: 2 });
        const { evaluation } = await trainJob({ data: "cells", out: "runs/cnn", recipe, signal, onProgress });
        const { checked } = await convertJob({ model: "runs/cnn", out: "cnn.keras" });
        const classifier = await loadClassifier("runs/cnn");
        const [answer] = await classifier.classify([new Uint8Array(8), new ArrayBuffer(8)], { signal });
        for await (const { familiarity } of classifyFiles(classifier, ["a.jpg"])) if (familiarity === undefined) break;
        return audit.images + evaluation.accuracy.value + (checked.difference ?? 0) + (answer?.familiarity ?? 0);
      }
      export const parts = [Model, createSession];`;
    // Of "leukogram/browser" the page's own types are part: its declarations name the library of the DOM themselves.
    const PAGE = `
      import { loadWebClassifier } from "leukogram/browser";
      export const answers = async (file: Uint8Array) => (await loadWebClassifier("model.onnx")).classify([file]);`;

    test.each([
      ["node16", ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
      ["nodenext", ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
      ["bundler", ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
    ])(
      "at moduleResolution %s",
      (name, module, moduleResolution) => {
        const project = newProject(`types-${name}`, ["engine", "leukogram"]);
        writeFileSync(join(project, "package.json"), '{ "type": "module" }');
        for (const [file, text] of Object.entries({ "use.ts": USE, "page.ts": PAGE })) {
          writeFileSync(join(project, file), text);
          const program = ts.createProgram([join(project, file)], {
            ...{ module, moduleResolution, target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts"], types: [] },
            ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
          });
          const own = ts
            .getPreEmitDiagnostics(program)
            // What other packages declare is theirs.
            .filter(({ file: at }) => at === undefined || !isOthers(at.fileName))
            .map(
              ({ file: at, messageText }) => `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
            );
          expect(own).toEqual([]);
        }
      },
      120_000,
    );
  });

  test("without the laboratory's app, its commands say what to install", () => {
    const project = newProject("cells", ["engine", "leukogram"]);
    expect(run(project, "--help")).toContain("serve");
    expect(() => run(project, "serve")).toThrow(
      `ERR_USAGE leukogram serve needs the laboratory app, which is not installed. npm install @leukogram/laboratory@${VERSION}`,
    );
  });

  test("with the app in another version, they say so", () => {
    const project = newProject("mixed", ["engine", "leukogram", "laboratory"]);
    const version = join(project, "node_modules/@leukogram/laboratory/dist/version.js");
    writeFileSync(version, readFileSync(version, "utf8").replace(VERSION, "9.9.9"));
    expect(() => run(project, "backup", "x.zip")).toThrow(
      `ERR_USAGE leukogram is version ${VERSION}, and @leukogram/laboratory 9.9.9. Install the same version of both`,
    );
  });
});

const isOthers = (file: string) => /\/node_modules\/(?!leukogram\/|@leukogram\/)/.test(file);

/** What plain `npm pack` of a package puts into the file, without its scripts: all is built. */
function publish(name: keyof typeof PACKAGES): void {
  const folder = join(checkout, "packages", name);
  const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: folder,
    encoding: "utf8",
  });
  // npm 12 names the package before what it says of it.
  const [packed] = Object.values(JSON.parse(said.slice(said.search(/^[[{]/m)))) as { files: { path: string }[] }[];
  for (const { path } of packed!.files) cpSync(join(folder, path), join(place, "published", name, path));
}

/** A project with these packages, and what they need, installed. */
function newProject(called: string, installs: readonly (keyof typeof PACKAGES)[]): string {
  const project = join(place, called);
  installed(project, ["@leukogram", "leukogram"]);
  for (const name of installs)
    cpSync(join(place, "published", name), join(project, "node_modules", PACKAGES[name]), { recursive: true });
  return project;
}

/** Links to what this checkout has installed, but for some. */
function installed(project: string, without: readonly string[]): void {
  for (const name of readdirSync(join(ROOT, "node_modules")).sort())
    if (!without.includes(name)) link(join(ROOT, "node_modules", name), join(project, "node_modules", name));
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
}
