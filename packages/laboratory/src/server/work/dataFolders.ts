import { readdirSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";

/**
 * The real path of a folder, or manifest, that a user named to train on. A relative one is looked for in each of the
 * folders that the server was started with. What lies outside of them is refused in the same words as what is not
 * there, so that nobody learns what files this machine has.
 *
 * @throws ERR_DENIED
 */
export function allowedData(named: string, folders: readonly string[]): string {
  const roots = folders.flatMap((folder) => real(folder) ?? []);
  if (named !== "" && !named.includes("\0"))
    for (const root of roots) {
      const path = real(isAbsolute(named) ? named : resolve(root, named));
      if (path !== undefined && roots.some((own) => path === own || path.startsWith(own + sep))) return path;
    }
  throw new LeukogramError("ERR_DENIED", `${named}: not in a folder that may be used for training`, {
    hint: "Put it in datasets/ of the data folder, or start the server with --allow-data DIR.",
  });
}

// Links resolved; undefined if there is no such file or folder.
function real(path: string): string | undefined {
  try {
    const found = realpathSync(path);
    return statSync(found).isDirectory() || found.endsWith(".csv") ? found : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What may be trained on: manifests and folders of the folders that the server was started with, and these themselves unless they are
 * empty. Each by the name that {@link allowedData} finds it by: a path where another of that name comes first.
 */
export function listData(folders: readonly string[]): string[] {
  const roots = folders.flatMap((folder) => real(folder) ?? []);
  const isWithin = (path: string) => roots.some((root) => path.startsWith(root + sep));
  const found = new Map<string, string>();
  for (const root of roots) {
    const inside = readdirSync(root)
      .sort()
      .filter((name) => !name.startsWith("."))
      .flatMap((name) => {
        const path = real(join(root, name));
        return path !== undefined && isWithin(path) ? [{ name, path }] : [];
      });
    if (inside.length > 0 && !root.endsWith(`${sep}datasets`)) found.set(root, root);
    for (const { name, path } of inside)
      if (!found.has(path)) found.set(path, allowedData(name, folders) === path ? name : path);
  }
  return [...found.values()];
}
