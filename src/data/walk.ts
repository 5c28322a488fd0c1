import { type Dirent, readdirSync } from "node:fs";
import { join, sep } from "node:path";

/** Extensions that count as images, those of Keras's `image_dataset_from_directory` (ALLOWLIST_FORMATS). */
export const IMAGE_EXTENSIONS = [".bmp", ".gif", ".jpeg", ".jpg", ".png"] as const;

/** Whether a file of this name counts as an image; the case of its extension does not matter. */
export function isImageName(name: string): boolean {
  const lower = name.toLowerCase();
  return IMAGE_EXTENSIONS.some((extension) => lower.endsWith(extension));
}

/** Orders text by Unicode code points, as Python's `sorted` does and JavaScript's `sort` does not beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return liftSurrogate(x) - liftSurrogate(y);
  }
  return a.length - b.length;
}

// A surrogate stands for a code point above U+FFFF, so it must sort after U+E000 to U+FFFF.
function liftSurrogate(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The entries of a folder, sorted by code points of their names. */
export function listFolder(dir: string): Dirent[] {
  return readdirSync(dir, { withFileTypes: true }).sort((a, b) => compareCodePoints(a.name, b.name));
}

/**
 * Absolute paths of all images in `dir` and below, in the order of Keras's `index_subdirectory`: folders sorted by
 * their whole path, then files by name. Links to folders inside are not followed, as there.
 */
export function walkImages(dir: string): string[] {
  const folders: { path: string; names: string[] }[] = [];
  const visit = (path: string): void => {
    const entries = listFolder(path);
    folders.push({ path, names: entries.filter((e) => !e.isDirectory() && isImageName(e.name)).map((e) => e.name) });
    for (const entry of entries) if (entry.isDirectory()) visit(join(path, entry.name));
  };
  visit(dir);
  folders.sort((a, b) => compareCodePoints(a.path, b.path));
  return folders.flatMap(({ path, names }) => names.map((name) => join(path, name)));
}

/** The path with forward slashes, on every system. */
export function toSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
