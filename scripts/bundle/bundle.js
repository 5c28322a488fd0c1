import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
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
 * @param {import("rolldown").Plugin} plugin says where modules are
 * @returns {Promise<string[]>} the modules that were bundled
 */
export async function bundle(input, out, plugin) {
  const bundled = await rolldown({
    input,
    platform: "node",
    external: OUTSIDE,
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
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}

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
