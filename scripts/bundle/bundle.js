import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { rolldown } from "rolldown";

/** What stays outside: binaries, what finds files beside itself, and commander, which others hand flags of. */
export const OUTSIDE =
  /^(node:|sharp$|onnxruntime-|h5wasm|node-unrar-js$|@imagemagick\/|commander$|@leukogram\/laboratory)/;

/** Code of a module that loads a binary. */
export const BINARY = /(from |import\(|\)\()"(onnxruntime-node|h5wasm)/;

/** A path for an import, on Windows too. */
export const slashes = (path) => path.split(sep).join("/");

/**
 * Code whose own address, by which it finds files and worker threads, stays that of the module that it was.
 *
 * @param {string} code of the module
 * @param {string} path the module's
 * @param {string} out folder that the code is written to
 */
export const ownPlace = (code, path, out) =>
  code.replaceAll("import.meta.url", `new URL(${JSON.stringify(slashes(relative(out, path)))}, import.meta.url).href`);

/**
 * Bundles compiled modules, with the libraries that are JavaScript alone.
 *
 * @param {Record<string, string>} input modules by the name of their bundle
 * @param {string} out folder
 * @param {{ plugin?: import("rolldown").Plugin, apart?: RegExp | ((name: string) => boolean) }} [options] what says where
 *   modules are, and which are not bundled
 * @returns {Promise<{ modules: string[], exported: Record<string, string[]> }>} the modules that were bundled, and what each of
 *   the input exports
 */
export async function bundle(input, out, { plugin, apart = OUTSIDE } = {}) {
  const bundled = await rolldown({
    input,
    platform: "node",
    external: apart,
    plugins: [plugin, { name: "own-place", transform }],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  function transform(code, id) {
    return code.includes("import.meta.url") ? ownPlace(code, id, out) : null;
  }
  const { output } = await bundled.write({
    dir: out,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundled.close();
  const chunks = output.filter(({ type }) => type === "chunk");
  return {
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
    exported: Object.fromEntries(chunks.filter(({ isEntry }) => isEntry).map(({ name, exports }) => [name, exports])),
  };
}

/**
 * Bundles modules, each of which then passes on what is in its bundle: whoever starts from it finds it where it was.
 *
 * @param {string[]} paths of compiled modules, with different names
 * @param {string} out folder
 * @param {(name: string) => boolean} apart what is not bundled
 * @returns {Promise<string[]>} the modules that were bundled
 */
export async function bundleInPlace(paths, out, apart) {
  const input = Object.fromEntries(paths.map((path) => [basename(path, ".js"), path]));
  const { modules, exported } = await bundle(input, out, { apart });
  for (const [name, path] of Object.entries(input)) {
    const from = slashes(relative(dirname(path), join(out, `${name}.js`)));
    writeFileSync(
      path,
      passOn(exported[name], from, (given) => [given]),
    );
  }
  return modules;
}

/** Code that passes on what another module exports, each name as one or two: what it is there, and what it becomes. */
export const passOn = (names, from, renamed) =>
  names.length === 0
    ? `import ${JSON.stringify(from)};\n`
    : `export { ${names.map((name) => renamed(name).join(" as ")).join(", ")} } from ${JSON.stringify(from)};\n`;

/** The licences of the libraries among bundled modules. @throws where one has none beside it. */
export function licencesOf(modules) {
  const packages = new Map();
  for (const id of modules) {
    const [, root, name] = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id.split(sep).join("/")) ?? [];
    if (root !== undefined) packages.set(name, root);
  }
  return [...packages.keys()]
    .sort()
    .map((name) => {
      const root = packages.get(name);
      const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
      const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      if (file === undefined) throw new Error(`${name}: has no licence beside it, so it can't be bundled`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(root, file), "utf8").trim()}\n`;
    })
    .join(`\n${"-".repeat(72)}\n\n`);
}
