// How a folder of labelled images is laid out: its folders' names say what they are, and nothing is guessed in silence.

import type { Dirent } from "node:fs";
import { basename, join } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { KNOWN_TYPES } from "../../cells/cellTypes.ts";
import { quoteList } from "../manifest/manifest.ts";
import { remark } from "../remarks.ts";
import { isFolder, isImageName, isSystemName, listFolder, walkImages } from "./walk.ts";

/** Parts of a data set. */
export type Part = "train" | "validation" | "test";

/** What a folder of labelled images holds. */
export interface Layout {
  /** The folder itself, or the one in it that holds all. */
  readonly root: string;
  /** Folders by part; undefined if the folders are classes. Only a test part may be of several folders. */
  readonly parts:
    | { readonly train: string; readonly validation?: string; readonly test: readonly string[] }
    | undefined;
}

const SUFFIX = "(?:[ _-]?(?:set|data|images?))?";
const NAMES: Readonly<Record<Part, RegExp>> = {
  train: new RegExp(`^train(?:ing)?${SUFFIX}$`, "i"),
  validation: new RegExp(`^(?:val(?:id|idation)?|dev)${SUFFIX}$`, "i"),
  // TestA and TestB of Raabin-WBC, TEST_SIMPLE of BCCD.
  test: /^test(?:ing)?(?:[ _-]?(?:set|data|images?|simple|[a-z]|\d\d?))?$/i,
};
const PLAIN_TEST = /^test(?:ing)?$/i;

/** The part that a folder of this name is; undefined for any other. */
export function partOf(name: string): Part | undefined {
  return (["train", "validation", "test"] as const).find((part) => NAMES[part].test(name));
}

/**
 * Recognises how the images below a folder are laid out: class folders, or parts with class folders in them, perhaps
 * inside a folder of its own. What was assumed is remarked.
 *
 * @throws LeukogramError ERR_DATA if the folders can be neither, with what was seen.
 */
export function readLayout(dir: string): Layout {
  const root = innermost(dir);
  const names = foldersIn(root);
  const found = (part: Part) => names.filter((name) => partOf(name) === part);
  const [trains, validations, tests] = [found("train"), found("validation"), found("test")];
  const parts = [...trains, ...validations, ...tests];
  if (parts.length === 0) {
    refuseMisplaced(root, names);
    remarkLoose(root, "the class folders");
    return { root, parts: undefined };
  }
  const others = names.filter((name) => partOf(name) === undefined && walkImages(join(root, name)).length > 0);
  if (others.length > 0) {
    if (trains.length === 0 || parts.length === 1) throw mixed(root, parts, others);
    remark(`${root}: ${quoteList(parts)} are used, ${quoteList(others)} ignored`);
  }
  remarkLoose(root, "the parts");
  const [train, validation] = [only(root, trains), only(root, validations)];
  const test = testFolders(root, tests);
  if (train === undefined) return onePart(root, [...(validation === undefined ? [] : [validation]), ...test]);
  if (test.length === 0)
    remark(
      validation === undefined
        ? `${root}: contains only ${train}: no test images`
        : `${root}: ${validation} is used for validation; no test images`,
    );
  return { root, parts: { train, ...(validation !== undefined && { validation }), test } };
}

/** Folders in a folder, a system's own ones left out, sorted by code points. */
export function foldersIn(dir: string): string[] {
  // Only a link must be asked about: a class may hold a million files.
  const isOne = (entry: Dirent) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(dir, entry.name)));
  return listFolder(dir).flatMap((entry) => (isOne(entry) && !isSystemName(entry.name) ? [entry.name] : []));
}

const imagesBeside = (dir: string) =>
  listFolder(dir).filter((entry) => !isSystemName(entry.name) && entry.isFile() && isImageName(entry.name)).length;

// Archives often hold one folder that holds all. A single class with folders of patients looks the same.
function innermost(dir: string): string {
  const [name, ...more] = foldersIn(dir);
  if (name === undefined || more.length > 0 || partOf(name) !== undefined || imagesBeside(dir) > 0) return dir;
  const inner = join(dir, name);
  const names = foldersIn(inner);
  const isData = names.some((folder) => partOf(folder) !== undefined || isType(folder));
  if (!isData && !(names.length > 1 && basename(dir).startsWith(name))) return names.length === 1 ? deeper() : dir;
  remark(`${dir}: using its only folder, ${name}`);
  return inner;

  function deeper(): string {
    const found = innermost(inner);
    return found === inner ? dir : found;
  }
}

const TYPES = new Set(KNOWN_TYPES.map((name) => name.toLowerCase()));
const isType = (name: string) => TYPES.has(name.toLowerCase().replace(/s$/, "").replace(/[ _-]/g, ""));

// Folders of patients or laboratories above the classes, and parts below them, would be learnt as classes, or mixed.
function refuseMisplaced(root: string, names: readonly string[]): void {
  const inside = names.map((name) => ({ name, folders: foldersIn(join(root, name)) }));
  const split = inside.find(({ folders }) => folders.some((folder) => partOf(folder) !== undefined));
  if (split !== undefined) {
    const isSet = split.folders.some((part) => foldersIn(join(root, split.name, part)).length > 0);
    throw new LeukogramError(
      "ERR_DATA",
      `${root}: its folder ${split.name} contains ${quoteList(split.folders)}, which are parts of a data set, not a class`,
      {
        hint: isSet
          ? `Give each data set separately: --data ${join(root, split.name)}.`
          : "Put the parts above the classes (train/CLASS), or list the images in a manifest with a column split.",
      },
    );
  }
  const below = inside.filter(({ name, folders }) => !isType(name) && folders.filter(isType).length > 1);
  if (names.length < 2 || below.length < names.length) return;
  const classes = below[0]!.folders.filter(isType);
  throw new LeukogramError(
    "ERR_DATA",
    `${root}: its folders ${quoteList(names)} each contain class folders (${quoteList(classes)}), so they are not classes`,
    {
      hint: `If they are laboratories, give each separately (--data ${names[0]}=${join(root, names[0]!)}); if they are patients, put them inside the class folders, or list the images in a manifest with a column patient.`,
    },
  );
}

function remarkLoose(root: string, beside: string): void {
  const loose = imagesBeside(root);
  if (loose > 0)
    remark(
      `${root}: ${counted(loose, "image is", "images are")} next to ${beside}, not in a class folder, and ${loose === 1 ? "is" : "are"} ignored`,
    );
}

function mixed(root: string, parts: readonly string[], others: readonly string[]): LeukogramError {
  return new LeukogramError(
    "ERR_DATA",
    `${root}: contains ${quoteList(parts)}, which are names of parts, next to ${quoteList(others)}`,
    { hint: "Give a folder that contains either class folders or parts, or rename the folder that is a class." },
  );
}

// Of train and validation there may be one.
function only(root: string, names: readonly string[]): string | undefined {
  if (names.length < 2) return names[0];
  throw new LeukogramError("ERR_DATA", `${root} has both ${quoteList(names)}`, { hint: "Keep one of them." });
}

// A plain "test" counts before others; without one, all are used.
function testFolders(root: string, names: readonly string[]): readonly string[] {
  const plain = names.filter((name) => PLAIN_TEST.test(name));
  if (names.length < 2 || plain.length > 1) return only(root, plain.length > 1 ? plain : names) ? names : [];
  if (plain.length === 0) {
    remark(`${root}: ${quoteList(names)} are used together for testing; to use one of them, give only that folder`);
    return names;
  }
  remark(`${root}: ${plain[0]} is used for testing, ${quoteList(names.filter((name) => name !== plain[0]))} ignored`);
  return plain;
}

// There is nothing to train on: what is there is taken where it is one folder, as whoever names it wants it judged.
function onePart(root: string, names: readonly string[]): Layout {
  const [name] = names;
  if (names.length > 1)
    throw new LeukogramError("ERR_DATA", `${root}: contains the parts ${quoteList(names)}, but no training part`, {
      hint: `Give one of them, such as ${join(root, name!)}.`,
    });
  remark(`${root}: contains only the part ${name}; all its images are used`);
  return { root: join(root, name!), parts: undefined };
}
