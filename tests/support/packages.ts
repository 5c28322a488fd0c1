// The packages of this repository, by folder, and where their modules lie.
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Folders of packages/, each made on those before it, and the name that each is imported by. */
export const PACKAGES = {
  engine: "@leukogram/engine",
  leukogram: "leukogram",
  laboratory: "@leukogram/laboratory",
} as const;

/** Where the compiled packages of tests lie: beside dist/, as deep, so that they find models and configs, and bin/leukogram.js does not find them. */
export const BUILT = ".built";

/** A compiled module of a package, or anything else there: `builtPath("leukogram", "cli/main.js")`. */
export const builtPath = (folder: keyof typeof PACKAGES, path: string) => join(ROOT, "packages", folder, BUILT, path);

/** The module of a compiled package that a name stands for, as a module beside it imports it; the name itself if it is none. */
export function besideBuilt(name: string, importer: string): string {
  for (const [folder, called] of Object.entries(PACKAGES))
    if (name.startsWith(`${called}/`)) {
      const built = builtPath(folder as keyof typeof PACKAGES, `${name.slice(called.length + 1)}.js`);
      return relative(dirname(importer), built).replace(/^(?!\.)/, "./");
    }
  return name;
}
