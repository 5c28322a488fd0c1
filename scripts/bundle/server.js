// The laboratory's server and commands in a few files, as the program is: its modules and their libraries are some 900.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleInPlace, licencesOf, OUTSIDE } from "./bundle.js";

/** Modules that others start from, below dist/. */
const ENTRIES = [
  ...["serve", "user", "trail", "backup", "restore"].map((name) => `commands/${name}`),
  ...["server/startLaboratory", "server/work/engineProcess"],
];

/** Libraries that find files beside themselves. */
const FINDS_FILES = /^(@electric-sql\/|@fastify\/(static|swagger-ui)$|pdfkit$|fontkit$|dejavu-)/;

/** Whether the server needs a library as it is installed. */
export const isApart = (name) => OUTSIDE.test(name) || FINDS_FILES.test(name);

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
