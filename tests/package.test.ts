import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "@leukogram/engine/version";
import { afterAll, expect, test } from "vitest";
import { bundleForBrowser } from "../scripts/bundleForBrowser.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "leukogram-package-"));
afterAll(() => rmSync(place, { recursive: true }));

const checkout = join(place, "checkout");

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

test("the version in the program is the package's", () => {
  expect(VERSION).toBe(manifest.version);
});

test("what is published works without the sources: program, library and browser", async () => {
  const installed = join(place, "node_modules", "leukogram");
  for (const name of packedFiles()) cpSync(join(checkout, name), join(installed, name));
  for (const { name } of dependencies())
    symlinkSync(join(root, "node_modules", name), join(place, "node_modules", name));
  expect(existsSync(join(installed, "dist", "web", "index.html"))).toBe(true);
  const version = execFileSync(process.execPath, [join(installed, "bin", "leukogram.js"), "--version"], {
    encoding: "utf8",
  });
  expect(version.trim()).toBe(VERSION);
  const { LEUKOGRAM_MODELS: _, ...env } = process.env;
  const listed = execFileSync(process.execPath, [join(installed, "bin", "leukogram.js"), "models", "--json"], {
    encoding: "utf8",
    env,
  });
  const { models } = JSON.parse(readFileSync(join(root, "models", "index.json"), "utf8")) as {
    models: { name: string }[];
  };
  const found = (JSON.parse(listed) as { models: { name: string; path: string }[] }).models;
  expect(found.map(({ name }) => name)).toEqual(models.map(({ name }) => name));
  for (const { path } of found) expect(existsSync(path)).toBe(true);
  const script = join(place, "use.mjs");
  writeFileSync(
    script,
    'import { cnn } from "leukogram"; console.log(cnn({ imageSize: 32 }).initialize(0).parameters);',
  );
  const parameters = execFileSync(process.execPath, [script], { encoding: "utf8", cwd: place });
  expect(Number(parameters)).toBeGreaterThan(24_000);
  // Bundled for a browser from what is published, nothing of Node's is asked for.
  const page = join(place, "page.mjs");
  writeFileSync(page, 'export * from "leukogram/browser";');
  const { files, asksNode } = await bundleForBrowser({ entry: page });
  expect(asksNode).toEqual([]);
  expect(files.map(({ fileName }) => fileName)).toEqual(
    expect.arrayContaining([expect.stringMatching(/ort-wasm-simd-threaded-.*\.wasm$/)]),
  );
}, 400_000);

// What plain `npm pack` in a clean checkout puts into the file; it builds first.
function packedFiles(): string[] {
  const left = new Set([".git", ".built", "node_modules", "dist", "runs"]);
  for (const name of readdirSync(root).sort())
    if (!left.has(name))
      cpSync(join(root, name), join(checkout, name), {
        recursive: true,
        filter: (path) => path !== join(root, "web", "dist"),
      });
  symlinkSync(join(root, "node_modules"), join(checkout, "node_modules"));
  const said = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: checkout, encoding: "utf8" });
  // npm 12 names the package before what it says of it.
  const [packed] = Object.values(JSON.parse(said.slice(said.search(/^[[{]/m)))) as { files: { path: string }[] }[];
  return packed!.files.map(({ path }) => path);
}

// Links to the packages that the published one needs, scoped folders whole.
function dependencies(): { name: string }[] {
  const { dependencies: names } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: object;
  };
  const folders = Object.keys(names).map((name) => name.split("/")[0]!);
  return [...new Set(folders)].map((name) => ({ name }));
}
