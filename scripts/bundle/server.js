// The laboratory's server and commands in a few files, as the program is: its own modules are nearly 200.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleInPlace, licencesOf, OUTSIDE } from "./bundle.js";

/** Modules that others start from, below dist/. */
const ENTRIES = [
  ...["serve", "user", "trail", "backup", "restore"].map((name) => `commands/${name}`),
  ...["server/startLaboratory", "server/work/engineProcess"],
];

/** Libraries that find files beside themselves. */
const FINDS_FILES = /^(@electric-sql\/|pdfkit$|fontkit$|dejavu-)/;

/** Libraries that have no licence's text beside them, or need such ones: fastify abstract-logging, pg two of its own. */
const NO_LICENCE = /^(@?fastify|drizzle-orm|pg$)/;

/** Whether the server needs a library as it is installed. */
export const isApart = (name) => [OUTSIDE, FINDS_FILES, NO_LICENCE].some((libraries) => libraries.test(name));

/** The other two packages of this repository. */
const OTHERS = /^(@leukogram\/engine|leukogram)\//;

/**
 * Bundles the compiled laboratory to `dist/program/`, with the libraries that are JavaScript alone, and their licences.
 *
 * @param {string} folder of the package
 */
export async function bundleServer(folder) {
  const dist = join(folder, "dist");
  const out = join(dist, "program");
  const paths = ENTRIES.map((name) => join(dist, `${name}.js`));
  const modules = await bundleInPlace(paths, out, (name) => isApart(name) || OTHERS.test(name));
  writeFileSync(join(out, "LICENSES.txt"), licencesOf(modules));
}
