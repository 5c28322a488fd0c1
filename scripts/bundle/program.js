// The program in a few files: to load its some 600 modules one by one takes Node longer than most commands take.
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { BINARY, bundle, licencesOf, OUTSIDE, slashes } from "./bundle.js";

/** Scripts of worker threads, below dist/. */
const WORKERS = ["audit/lookWorker", "data/loading/loaderWorker", "data/scale/pictureWorker"];

/**
 * Bundles `dist/cli/main.js` of the compiled package to `dist/program/`, with the compiled engine and the libraries that are
 * JavaScript alone, and writes their licences there; the scripts of worker threads each in its place.
 *
 * @param {string} folder of the package leukogram
 * @param {string} engine the folder of the package @leukogram/engine
 */
export async function bundleProgram(folder, engine) {
  const dist = join(folder, "dist");
  const out = join(dist, "program");
  const plugin = engineOutside(join(realpathSync(engine), "dist") + sep);
  const { modules } = await bundle({ main: join(dist, "cli/main.js") }, out, { plugin });
  for (const name of WORKERS) {
    const path = join(dist, `${name}.js`);
    modules.push(...(await bundle({ [basename(name)]: path }, dirname(path), { plugin })).modules);
  }
  writeFileSync(join(out, "LICENSES.txt"), licencesOf(modules));
}

/**
 * The compiled modules of the engine, not its bundle. Those that load a binary are imported from the engine: it finds its own
 * version, wherever that lies.
 */
const engineOutside = (dist) => ({
  name: "engine-outside",
  async resolveId(name, importer, options) {
    if (OUTSIDE.test(name)) return null;
    const found = await this.resolve(name, importer, { ...options, skipSelf: true });
    if (!found?.id.startsWith(dist)) return found;
    const id = found.id.replace(`${dist}node${sep}`, dist);
    if (!BINARY.test(readFileSync(id, "utf8"))) return { ...found, id };
    return { id: `@leukogram/engine/${slashes(id.slice(dist.length)).replace(/\.js$/, "")}`, external: true };
  },
});
