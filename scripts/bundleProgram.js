// The program in a few files: to load its some 600 modules one by one takes Node longer than most commands take.
import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { rolldown } from "rolldown";

/** What stays outside: binaries, what finds files beside itself, and commander, which others hand flags of. */
const OUTSIDE = /^(node:|sharp$|onnxruntime-|h5wasm|node-unrar-js$|@imagemagick\/|commander$|@leukogram\/laboratory)/;

/**
 * Bundles `dist/cli/main.js` of the compiled package to `dist/program/`, with the compiled engine and the libraries that are
 * JavaScript alone, and writes their licences there.
 *
 * @param {string} folder of the package leukogram
 * @param {string} engine the folder of the package @leukogram/engine
 */
export async function bundleProgram(folder, engine) {
  const [out, engineDist] = [join(folder, "dist/program"), join(realpathSync(engine), "dist") + sep];
  const bundle = await rolldown({
    input: { main: join(folder, "dist/cli/main.js") },
    platform: "node",
    external: OUTSIDE,
    plugins: [stayPlace(out), engineOutside(engineDist)],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const { output } = await bundle.write({ dir: out, format: "esm", chunkFileNames: "[name]-[hash].js" });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  writeFileSync(join(out, "LICENSES.txt"), licencesOf(modules));
}

/** A module's own address, by which it finds files and worker threads, stays that of the module. */
const stayPlace = (out) => ({
  name: "stay-place",
  transform(code, id) {
    if (!code.includes("import.meta.url")) return null;
    const place = relative(out, id).split(sep).join("/");
    return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(place)}, import.meta.url).href`);
  },
});

/** Modules of the engine that load a binary are imported from the engine: it finds its own version, wherever that lies. */
const engineOutside = (dist) => ({
  name: "engine-outside",
  async resolveId(name, importer, options) {
    if (OUTSIDE.test(name)) return null;
    const found = await this.resolve(name, importer, { ...options, skipSelf: true });
    if (
      !found?.id.startsWith(dist) ||
      !/(from |import\()"(onnxruntime-node|h5wasm)/.test(readFileSync(found.id, "utf8"))
    )
      return found;
    return { id: `@leukogram/engine/${found.id.slice(dist.length).replace(/\.js$/, "")}`, external: true };
  },
});

function licencesOf(modules) {
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
