import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { IMAGE_EXTENSIONS, toSlashes } from "../folders/walk.ts";
import { type Manifest, requireColumn } from "../manifest/manifest.ts";
import { parseScale } from "../scale/scale.ts";

/** Columns that group images where no `groupBy` is named, the widest first: a patient has several slides. */
export const GROUP_COLUMNS = ["patient", "slide", "group"] as const;

const AUGMENTED = /^(?:aug_\d+_)+/;

/** Whether the file's name is that of an augmented copy, `aug_{k}_{name}`. */
export function isAugmentedName(path: string): boolean {
  return AUGMENTED.test(basename(path));
}

/** Path of the original of `aug_{k}_{name}`: the same folder, without the prefix; other paths come back as they are. */
export function originalPath(path: string): string {
  return join(dirname(path), basename(path).replace(AUGMENTED, ""));
}

/**
 * A function from an image's absolute path to its group: siblings of one original share it, and so do the images of
 * one patient (or slide, or whatever column `groupBy` names) where a manifest knows them.
 *
 * @throws LeukogramError ERR_USAGE if `groupBy` is given and no manifest is, or the manifest has no such column.
 */
export function makeGrouping(root: string, manifest: Manifest | undefined, groupBy?: string): (path: string) => string {
  if (groupBy !== undefined && manifest === undefined) {
    throw new LeukogramError("ERR_USAGE", `grouping by "${groupBy}" needs a manifest, but ${root} contains none`, {
      hint: "Put a manifest.csv with the column file and the group column next to the data.",
    });
  }
  if (manifest === undefined) return (path) => stem(root, originalPath(path));
  const named = groupBy === undefined ? undefined : requireColumn(manifest, groupBy);
  const column = named ?? groupColumn(manifest.columns);
  const origins = originalsByPath(manifest);
  return (path) => {
    const original = origins.get(stem(root, path)) ?? originalPath(path);
    if (column === undefined) return stem(root, original);
    // The original's row comes first, so that nothing said of a copy can part it from its original.
    const row = rowOf(manifest, original) ?? manifest.byPath.get(path);
    if (row === undefined && named !== undefined) throw missingRow(manifest, path, named);
    const value = row?.cells[column] ?? "";
    return value === "" ? stem(root, original) : `${column}:${value}`;
  };

  // The key leaves the extension out: a copy may be saved in another format than its original.
  function originalsByPath(table: Manifest): Map<string, string> {
    const found = new Map<string, string>();
    for (const row of table.rows) {
      const original = row.cells.original;
      if (original) found.set(stem(root, row.path), originalPath(resolve(dirname(table.path), original)));
    }
    return found;
  }
}

function groupColumn(columns: readonly string[]): string | undefined {
  for (const name of GROUP_COLUMNS) {
    const found = columns.find((column) => column.toLowerCase() === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a manifest's columns `laboratory` and `scale` say of an image. */
export interface Origin {
  readonly laboratory?: string;
  /** Width of a red cell, pixels. */
  readonly redCell?: number;
}

/**
 * A function from an image's absolute path to where it comes from, as far as the manifest says.
 *
 * @throws LeukogramError ERR_USAGE if a scale is none.
 */
export function makeLaboratories(manifest: Manifest | undefined): (path: string) => Origin {
  if (!manifest?.columns.some((name) => name === "laboratory" || name === "scale")) return () => ({});
  return (path) => {
    const row = manifest.byPath.get(path) ?? rowOf(manifest, originalPath(path));
    const { laboratory = "", scale = "" } = row?.cells ?? {};
    return {
      ...(laboratory !== "" && { laboratory }),
      ...(scale !== "" && { redCell: parseScale(scale).redCell }),
    };
  };
}

function rowOf(manifest: Manifest, path: string) {
  const exact = manifest.byPath.get(path);
  if (exact !== undefined) return exact;
  const start = path.slice(0, path.length - extname(path).length);
  const extension = IMAGE_EXTENSIONS.find((end) => manifest.byPath.has(start + end));
  return extension === undefined ? undefined : manifest.byPath.get(start + extension);
}

function stem(root: string, path: string): string {
  return toSlashes(relative(root, path.slice(0, path.length - extname(path).length)));
}

function missingRow(manifest: Manifest, path: string, column: string): LeukogramError {
  return new LeukogramError(
    "ERR_DATA",
    `manifest ${manifest.path} has no row for ${path}, so its ${column} is unknown`,
    {
      hint: `Add the row, or do not group by ${column}.`,
    },
  );
}
