// A package for Node in one file: to load its hundreds of modules one by one takes longer than most of what they do.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BINARY, bundle, licencesOf, ownPlace, passOn, slashes } from "./bundle.js";

/**
 * Writes `dist/node/`: the modules of `dist/` once more, as the package's exports give them to Node. All that `dist/index.js`
 * needs at once is in `dist/node/library.js`, of which its modules pass on what they export. The others are copies, and so is
 * that by which a binary is loaded: the program has it from here, without the rest. Bundlers for pages read `dist/` itself,
 * of which they take what a page needs.
 *
 * @param {string} folder of the compiled package
 * @param {Record<string, string>} [libraries] folders of packages, by name, that have been bundled so
 */
export async function bundleLibrary(folder, libraries = {}) {
  const dist = join(folder, "dist");
  const out = join(dist, "node");
  const [names, apart] = [new Map(), new Set()];
  const needed = neededBy(join(dist, "index.js"));
  for (const path of needed) if (BINARY.test(readFileSync(path, "utf8"))) neededBy(path, apart);
  for (const path of needed) if (!apart.has(path)) names.set(path, Object.keys(await import(pathToFileURL(path).href)));
  const publicName = (path, name) => `${relative(dist, path).replace(/\.js$/, "").replace(/\W/g, "_")}$${name}`;
  const entry = [...names].map(([path, exported]) =>
    passOn(exported, slashes(path), (name) => [name, publicName(path, name)]),
  );

  const plugin = library(entry.join("\n"), dist, (path) => names.has(path), libraries);
  const { modules } = await bundle({ library: ENTRY }, out, { plugin });
  writeFileSync(join(out, "LICENSES.txt"), licencesOf(modules));

  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".js") || /^(node|program)[/\\]/.test(name)) continue;
    const [from, to] = [join(dist, name), join(out, name)];
    mkdirSync(dirname(to), { recursive: true });
    const exported = names.get(from);
    const place = slashes(relative(dirname(to), join(out, "library.js")));
    const code =
      exported === undefined
        ? ownPlace(readFileSync(from, "utf8"), from, dirname(to))
        : passOn(exported, place.startsWith(".") ? place : `./${place}`, (given) => [publicName(from, given), given]);
    writeFileSync(to, code);
  }
}

const ENTRY = "\0library";

/** Modules of the same package that a compiled module needs before it runs, itself last. */
function neededBy(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, name] of readFileSync(path, "utf8").matchAll(
    /^(?:import |(?:import|export)\b[^"'`;]*? from )"(\.[^"]+)"/gm,
  ))
    neededBy(resolve(dirname(path), name), found);
  return found;
}

const library = (entry, dist, isWithin, libraries) => ({
  name: "library",
  resolveId(name, importer) {
    if (name === ENTRY || name.startsWith(dist)) return name;
    if (otherLibrary(name, libraries) !== undefined) return `\0${name}`;
    if (Object.keys(libraries).some((owner) => name.startsWith(`${owner}/`))) return { id: name, external: true };
    if (!name.startsWith(".") || !importer?.startsWith(dist)) return null;
    const path = resolve(dirname(importer), name);
    // What is loaded later lies beside.
    return isWithin(path) ? path : { id: `./${slashes(relative(dist, path))}`, external: true };
  },
  load(id) {
    if (id === ENTRY) return entry;
    return id.startsWith("\0") ? otherLibrary(id.slice(1), libraries) : null;
  },
});

// A module of another package that is in its library: straight from there, in place of a file each.
function otherLibrary(name, libraries) {
  const [owner] = Object.keys(libraries).filter((library) => name === library || name.startsWith(`${library}/`));
  if (owner === undefined) return undefined;
  const file = join(libraries[owner], "dist/node", `${name.slice(owner.length + 1) || "index"}.js`);
  const code = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [, given] = /^export (\{[^}]*\}) from "[^"]*\blibrary\.js";\n$/.exec(code) ?? [];
  return given && `export ${given} from "${owner}/library";\n`;
}
