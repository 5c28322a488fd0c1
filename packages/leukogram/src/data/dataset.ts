import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { alikePair } from "@leukogram/engine/core/alikeNames";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { unpackedFolder } from "./archives/unpackedFolder.ts";
import { mapClassNames } from "./folders/classNames.ts";
import { foldersIn, type Layout, readLayout } from "./folders/layout.ts";
import { withMappedClasses } from "./folders/mapClasses.ts";
import { patientFolders } from "./folders/patientFolders.ts";
import { compareCodePoints, IMAGE_EXTENSIONS_TEXT, toSlashes, walkFolder } from "./folders/walk.ts";
import { type Manifest, quoteList, readManifest } from "./manifest/manifest.ts";
import { openManifestFile } from "./manifest/manifestData.ts";
import { isManifestName } from "./manifest/manifestTable.ts";
import { addPictures } from "./pictures/pictureSets.ts";
import { remarkLeftOut } from "./remarks.ts";
import type { DataOptions, Dataset, OpenedData, ScanOptions } from "./sample.ts";
import { makeGrouping, makeLaboratories } from "./sampling/grouping.ts";

/**
 * Lists the images of a folder of class folders, in the order of Keras's `image_dataset_from_directory`: classes
 * sorted, subfolders included and sorted, names sorted by code points.
 *
 * @throws LeukogramError ERR_DATA if the folder is missing, no folder, empty, holds one class only, or a class
 * without an image; ERR_USAGE if `groupBy` names no column.
 */
export function scanFolder(dir: string, options: ScanOptions = {}): Dataset {
  const dataset = scan(dir, options);
  addPictures(dir, pathsOf(dataset));
  return dataset;
}

function scan(dir: string, options: ScanOptions): Dataset {
  const { manifest, groupBy, root = dir } = options;
  requireFolder(dir);
  const folders = classFolders(dir, options);
  const absoluteRoot = resolve(root);
  const table = manifest === undefined ? manifestBeside(resolve(dir)) : readManifest(manifest);
  const laboratoryOf = makeLaboratories(table);
  const found = folders.map((name) => imagesOfClass(dir, name));
  const groupOf =
    patientFolders(dir, { found, isKnown: (table ?? groupBy) !== undefined }) ??
    makeGrouping(absoluteRoot, table, groupBy);
  const samples = found.flatMap((paths, label) =>
    paths.map((path) => ({
      file: toSlashes(relative(absoluteRoot, path)),
      path,
      label,
      group: groupOf(path),
      ...laboratoryOf(path),
    })),
  );
  return { root: absoluteRoot, classes: folders, samples };
}

function imagesOfClass(dir: string, name: string): readonly string[] {
  const { images, others } = walkFolder(join(resolve(dir), name));
  if (images.length === 0) {
    const seen =
      others.length > 0 ? `, only ${counted(others.length, "other file")} such as ${basename(others[0]!)}` : "";
    throw new LeukogramError("ERR_DATA", `class "${name}" has no images in ${join(dir, name)}${seen}`, {
      hint: `Add images (${IMAGE_EXTENSIONS_TEXT}), or remove the folder.`,
    });
  }
  remarkLeftOut(join(dir, name), others);
  return images;
}

/**
 * Opens a folder with parts in it (train, validation and test by the names that `readLayout` knows), a folder of class
 * folders, a zip of either that `unpackZip` has unpacked, or a manifest CSV with the columns `file` and `class` (or like names), and `split`, `patient`, `slide`, `group`,
 * `laboratory`, `scale` if known.
 *
 * @throws LeukogramError ERR_DATA as {@link scanFolder}, and if train and test have different classes.
 *
 * @example
 * const { train, test } = openData("data/pbc", { groupBy: "patient" });
 */
export function openData(path: string, options: DataOptions = {}): OpenedData {
  const opened = openNamed(path, options);
  addPictures(path, [opened.train, opened.validation, opened.test].flatMap(pathsOf));
  const named = options.mapClasses === undefined ? opened : withMappedClasses(opened, options.mapClasses);
  requireUnlikeNames(named.train.classes, path);
  return named;
}

/**
 * Refuses classes of one data set whose names differ only in case, spaces, hyphens or underscores: they would be learned, and
 * judged, as two.
 *
 * @throws LeukogramError ERR_DATA
 */
export function requireUnlikeNames(classes: readonly string[], where: string): void {
  const pair = alikePair(classes);
  if (pair === undefined) return;
  const [first, second] = mapClassNames(pair).map(({ to }) => to);
  const isKnown = first !== undefined && first === second;
  throw new LeukogramError(
    "ERR_DATA",
    `${where}: the classes ${quoteList(pair)} differ only in case, spaces, - or _, but would count as two classes`,
    {
      hint: isKnown
        ? `Give them the same name, or merge them as ${first} with --map-classes auto.`
        : "Give them the same name, or merge them with --map-classes map.csv (columns from and to).",
    },
  );
}

function openNamed(path: string, options: DataOptions): OpenedData {
  if (!existsSync(path)) throw missing(path);
  if (statSync(path).isFile() && isManifestName(path)) return openManifestFile(path, options);
  const dir = unpackedFolder(path);
  requireFolder(dir);
  const { root, parts } = readLayout(dir);
  const manifest = options.manifest ?? manifestPath(root) ?? manifestPath(dir);
  const shared = { ...options, ...(manifest === undefined ? {} : { manifest }) };
  return parts === undefined
    ? { train: scan(root, shared), validation: undefined, test: undefined }
    : openParts(root, parts, { ...shared, root });
}

const pathsOf = (part: Dataset | undefined) => part?.samples.map((sample) => sample.path) ?? [];

function openParts(dir: string, parts: NonNullable<Layout["parts"]>, options: ScanOptions): OpenedData {
  const train = scan(join(dir, parts.train), options);
  const validation = parts.validation === undefined ? undefined : scan(join(dir, parts.validation), options);
  // Of several test folders none needs to have all classes.
  const isPart = parts.test.length > 1;
  const test = joined(parts.test.map((name) => scan(join(dir, name), { ...options, isPart })));
  for (const part of [validation, test]) requireSameClasses(train, part, dir);
  return { train, validation, test };
}

function joined(sets: readonly Dataset[]): Dataset | undefined {
  const [first] = sets;
  if (first === undefined || sets.length === 1) return first;
  const classes = [...new Set(sets.flatMap((set) => set.classes))].sort(compareCodePoints);
  const samples = sets.flatMap((set) =>
    set.samples.map((sample) => ({ ...sample, label: classes.indexOf(set.classes[sample.label]!) })),
  );
  return { root: first.root, classes, samples };
}

/**
 * Refuses parts whose class lists differ.
 *
 * @throws LeukogramError ERR_DATA naming the classes that only one part has.
 */
export function requireSameClasses(train: Dataset, other: Dataset | undefined, where: string): void {
  if (other === undefined) return;
  const onlyTrain = train.classes.filter((name) => !other.classes.includes(name));
  const onlyOther = other.classes.filter((name) => !train.classes.includes(name));
  if (onlyTrain.length + onlyOther.length === 0) return;
  throw new LeukogramError(
    "ERR_DATA",
    `${where}: train and test have different classes; only in train: ${quoteList(onlyTrain)}; only in test: ${quoteList(onlyOther)}`,
    { hint: "Both need the same class folders." },
  );
}

function classFolders(dir: string, { classes: wanted, isPart = false }: ScanOptions): readonly string[] {
  const found = foldersIn(dir);
  if (found.length === 0) {
    const images = walkFolder(dir).images.length;
    throw new LeukogramError(
      "ERR_DATA",
      images > 0
        ? `${dir} contains ${counted(images, "image")} but no class folders`
        : `${dir} is empty: no class folders found`,
      { hint: "Put the images in one folder per class, such as Basophil/ and Eosinophil/." },
    );
  }
  const absent = (wanted ?? []).filter((name) => !found.includes(name));
  if (absent.length > 0) {
    throw new LeukogramError(
      "ERR_DATA",
      `${dir} has no folder for the class ${quoteList(absent)}, only ${quoteList(found)}`,
      {
        hint: "Give only classes that have a folder.",
      },
    );
  }
  const classes = wanted ?? found;
  if (classes.length > 1 || isPart) return classes;
  throw new LeukogramError("ERR_DATA", `${dir} has only one class, ${quoteList(classes)}, but at least 2 are needed`, {
    hint: "Give the folder that contains the class folders.",
  });
}

function requireFolder(dir: string): void {
  if (!existsSync(dir)) throw missing(dir);
  if (statSync(dir).isDirectory()) return;
  throw new LeukogramError("ERR_DATA", `${dir} is not a folder`, {
    hint: "Give a folder of class folders, a folder that contains Train/ and Test/, or a manifest .csv file.",
  });
}

function missing(path: string): LeukogramError {
  return new LeukogramError("ERR_DATA", `no such folder: ${path}`, { hint: "Check the path's spelling." });
}

function manifestPath(dir: string): string | undefined {
  const path = join(dir, "manifest.csv");
  return existsSync(path) ? path : undefined;
}

// The manifest of a data set with Train/ and Test/ lies one folder above each of them.
function manifestBeside(dir: string): Manifest | undefined {
  const path = manifestPath(dir) ?? (/^(train|test|val)/i.test(basename(dir)) ? manifestPath(dirname(dir)) : undefined);
  return path === undefined ? undefined : readManifest(path);
}
