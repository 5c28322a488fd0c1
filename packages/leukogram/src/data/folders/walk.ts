import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";

/**
 * Extensions that count as images: those of Keras's `image_dataset_from_directory` (ALLOWLIST_FORMATS), and the others
 * that single files may have.
 */
export const IMAGE_EXTENSIONS = [".bmp", ".gif", ".jfif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"] as const;

/** The same, for messages. */
export const IMAGE_EXTENSIONS_TEXT = IMAGE_EXTENSIONS.join(", ");

/** Whether a file of this name counts as an image; the case of its extension does not matter. */
export function isImageName(name: string): boolean {
  const lower = name.toLowerCase();
  return IMAGE_EXTENSIONS.some((extension) => lower.endsWith(extension));
}

/** Whether a file or folder of this name is a system's own: hidden, or what macOS, Windows and NAS boxes leave behind. */
export function isSystemName(name: string): boolean {
  return name.startsWith(".") || /^(__MACOSX|Thumbs\.db|ehthumbs\.db|desktop\.ini|\$RECYCLE\.BIN|@eaDir)$/i.test(name);
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

/** Whether there is a folder by that path; a link to nowhere is none. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Files of a folder and below, in the order of Keras's `index_subdirectory`. */
export interface WalkedFolder {
  readonly images: string[];
  /** Files that are no images by their names, a system's own ones left out. */
  readonly others: string[];
}

/**
 * Paths of all files in `dir` and below: folders sorted by their whole path, then files by name. Links to folders inside
 * are not followed, as in Keras; a system's own files are passed over.
 */
export function walkFolder(dir: string): WalkedFolder {
  const folders: { path: string; names: string[] }[] = [];
  const visit = (path: string): void => {
    const entries = listFolder(path).filter(({ name }) => !isSystemName(name));
    folders.push({ path, names: entries.filter((e) => !e.isDirectory()).map((e) => e.name) });
    for (const entry of entries) if (entry.isDirectory()) visit(join(path, entry.name));
  };
  visit(dir);
  folders.sort((a, b) => compareCodePoints(a.path, b.path));
  const paths = folders.flatMap(({ path, names }) => names.map((name) => join(path, name)));
  return { images: paths.filter(isImageName), others: paths.filter((path) => !isImageName(path)) };
}

/** The images of {@link walkFolder}. */
export function walkImages(dir: string): string[] {
  return walkFolder(dir).images;
}

/** The path with forward slashes, on every system. */
export function toSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
