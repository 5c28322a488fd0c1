import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { makeGrouping, makeLaboratories } from "./grouping.ts";
import { type Manifest, quoteList, readManifest } from "./manifest.ts";
import { openManifestFile } from "./manifestData.ts";
import { type MapClasses, withMappedClasses } from "./mapClasses.ts";
import { listFolder, toSlashes, walkImages } from "./walk.ts";

/** One labelled image. */
export interface Sample {
  /** Path relative to the data root, with forward slashes. */
  readonly file: string;
  /** Absolute path. */
  readonly path: string;
  /** Index into the data set's classes. */
  readonly label: number;
  /** Shared by siblings of one original, and by images of one patient or slide where known. */
  readonly group: string;
  /** Name of the laboratory that the image comes from; undefined where it is not known. */
  readonly laboratory?: string | undefined;
  /** Width of a red cell in the picture, pixels; undefined where no manifest says its scale. */
  readonly redCell?: number | undefined;
}

/** Labelled images under one root. */
export interface Dataset {
  /** Absolute path that the samples' `file` is relative to. */
  readonly root: string;
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
}

/** Options of {@link openData} and {@link scanFolder}. */
export interface DataOptions {
  /** Class names, in the order of their labels; all class folders, sorted, by default. */
  readonly classes?: readonly string[];
  /** Path of the manifest that knows the images' groups; `manifest.csv` in the folder by default. */
  readonly manifest?: string;
  /** Column of the manifest whose values group the images; `patient`, else `slide`, else `group` by default. */
  readonly groupBy?: string;
  /** How classes of other names are taken; default: as they are named. */
  readonly mapClasses?: MapClasses | undefined;
}

/** Options of {@link scanFolder}. */
export interface ScanOptions extends DataOptions {
  /** Folder that the samples' `file` is relative to; the scanned folder by default. */
  readonly root?: string;
}

/** What {@link openData} found; `validation` and `test` are undefined where the data has no such part. */
export interface OpenedData {
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly test: Dataset | undefined;
}

/**
 * Lists the images of a folder of class folders, in the order of Keras's `image_dataset_from_directory`: classes
 * sorted, subfolders included and sorted, names sorted by code points.
 *
 * @throws LeukogramError ERR_DATA where the folder is missing, no folder, empty, holds one class only, or a class
 * without an image; ERR_USAGE where `groupBy` names no column.
 */
export function scanFolder(dir: string, { classes, manifest, groupBy, root = dir }: ScanOptions = {}): Dataset {
  requireFolder(dir);
  const folders = classFolders(dir, classes);
  const absoluteRoot = resolve(root);
  const table = manifest === undefined ? manifestBeside(resolve(dir)) : readManifest(manifest);
  const groupOf = makeGrouping(absoluteRoot, table, groupBy);
  const laboratoryOf = makeLaboratories(table);
  const samples = folders.flatMap((name, label) => {
    const paths = walkImages(join(resolve(dir), name));
    if (paths.length === 0) {
      throw new LeukogramError("ERR_DATA", `class "${name}" has no image in ${join(dir, name)}`, {
        hint: "Add images (.bmp, .gif, .jpeg, .jpg, .png), or remove the folder.",
      });
    }
    return paths.map((path) => ({
      file: toSlashes(relative(absoluteRoot, path)),
      path,
      label,
      group: groupOf(path),
      ...laboratoryOf(path),
    }));
  });
  return { root: absoluteRoot, classes: folders, samples };
}

/**
 * Opens a folder with Train/ and Test/ in it (in any case; a Validation/ or Val/ too), a folder of class folders, or
 * a manifest CSV with the columns `file` and `class` (or `label`), and `split`, `patient`, `slide`, `group`,
 * `laboratory`, `scale` if known.
 *
 * @throws LeukogramError ERR_DATA as {@link scanFolder}, and where train and test have different classes.
 *
 * @example
 * const { train, test } = openData("data/pbc", { groupBy: "patient" });
 */
export function openData(path: string, { mapClasses, ...options }: DataOptions = {}): OpenedData {
  const opened = openNamed(path, options);
  return mapClasses === undefined ? opened : withMappedClasses(opened, mapClasses);
}

function openNamed(path: string, options: DataOptions): OpenedData {
  if (!existsSync(path)) throw missing(path);
  if (statSync(path).isFile() && extname(path).toLowerCase() === ".csv") return openManifestFile(path, options);
  requireFolder(path);
  const train = childFolder(path, /^train(ing)?$/i);
  const test = childFolder(path, /^test(ing)?$/i);
  if (train === undefined || test === undefined) {
    return { train: scanFolder(path, options), validation: undefined, test: undefined };
  }
  const validation = childFolder(path, /^val(id|idation)?$/i);
  const manifest = options.manifest ?? manifestPath(path);
  const shared = { ...options, ...(manifest === undefined ? {} : { manifest }), root: path };
  const scan = (name: string) => scanFolder(join(path, name), shared);
  const opened = {
    train: scan(train),
    validation: validation === undefined ? undefined : scan(validation),
    test: scan(test),
  };
  for (const part of [opened.validation, opened.test]) requireSameClasses(opened.train, part, path);
  return opened;
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
    { hint: "Give both the same class folders." },
  );
}

function classFolders(dir: string, wanted: readonly string[] | undefined): readonly string[] {
  const found = listFolder(dir)
    .filter((entry) => !entry.name.startsWith(".") && isFolder(join(dir, entry.name)))
    .map((entry) => entry.name);
  if (found.length === 0) {
    throw new LeukogramError("ERR_DATA", `${dir} is empty: there is no class folder in it`, {
      hint: "Put the images in one folder a class, such as Basophil/ and Eosinophil/.",
    });
  }
  const absent = (wanted ?? []).filter((name) => !found.includes(name));
  if (absent.length > 0) {
    throw new LeukogramError(
      "ERR_DATA",
      `${dir} has no folder for the class ${quoteList(absent)}, only ${quoteList(found)}`,
      {
        hint: "Name only classes that have a folder.",
      },
    );
  }
  const classes = wanted ?? found;
  if (classes.length > 1) return classes;
  throw new LeukogramError("ERR_DATA", `${dir} has only one class, ${quoteList(classes)}, and at least 2 are needed`, {
    hint: "Give the folder that holds the class folders.",
  });
}

// A link to nowhere is no folder.
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function requireFolder(dir: string): void {
  if (!existsSync(dir)) throw missing(dir);
  if (statSync(dir).isDirectory()) return;
  throw new LeukogramError("ERR_DATA", `${dir} is not a folder`, {
    hint: "Give a folder of class folders, one with Train/ and Test/ in it, or a manifest .csv file.",
  });
}

function missing(path: string): LeukogramError {
  return new LeukogramError("ERR_DATA", `there is no folder ${path}`, { hint: "Check the path's spelling." });
}

function childFolder(dir: string, name: RegExp): string | undefined {
  const found = listFolder(dir).filter((e) => name.test(e.name) && isFolder(join(dir, e.name)));
  if (found.length < 2) return found[0]?.name;
  throw new LeukogramError("ERR_DATA", `${dir} has both ${quoteList(found.map((entry) => entry.name))}`, {
    hint: "Keep one of them.",
  });
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
