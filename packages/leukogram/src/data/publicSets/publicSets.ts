import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { parse } from "yaml";
import { z } from "zod";
import { CELL_TYPES } from "../../cells/classes.ts";

const file = z.strictObject({
  url: z.url(),
  /** Name to keep it under; default: the last part of the address. */
  name: z.string().optional(),
  /** As its publisher gives it. */
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  /** The part that its images belong to. */
  split: z.enum(["train", "validation", "test"]).optional(),
  laboratory: z.string().optional(),
});

const set = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  homepage: z.string(),
  doi: z.string(),
  licence: z.string(),
  citation: z.string(),
  images: z.int().min(0),
  pixels: z.string(),
  laboratory: z.string(),
  bias: z.string(),
  /** What to do by hand where the publisher wants that. */
  ask: z.string().optional(),
  files: z.array(file),
  /** How labels are told: by folder, by a table, by numbers in an .npz file, or not at all. */
  layout: z.enum(["folders", "table", "npz", "none"]),
  table: z.strictObject({ file: z.string(), folder: z.string(), extension: z.string() }).optional(),
  /** The publisher's names or numbers to the five. */
  classes: z.record(z.string(), z.enum(CELL_TYPES)),
});

/** A public set of images: an entry of reference/datasets.yaml. */
export type PublicSet = z.infer<typeof set>;

/** One file of it. */
export type PublicFile = PublicSet["files"][number];

/** The table that comes with the package. */
export const PUBLIC_SETS = fileURLToPath(new URL("../../../reference/datasets.yaml", import.meta.url));

/** The public sets of the field. @throws ERR_FORMAT if the table is damaged. */
export function publicSets(path: string = PUBLIC_SETS): readonly PublicSet[] {
  try {
    return z.array(set).parse(parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: ${(cause as Error).message}`, {
      hint: "Reinstall Leukogram.",
      cause,
    });
  }
}

/** The public set of that name. @throws ERR_USAGE naming those that there are. */
export function publicSet(name: string, path?: string): PublicSet {
  const sets = publicSets(path);
  const found = sets.find((own) => own.name === name);
  if (found !== undefined) return found;
  const names = sets.map((own) => own.name);
  const near = nearest(name, names);
  throw new LeukogramError("ERR_USAGE", `unknown data set "${name}"`, {
    hint: near === undefined ? `Use one of ${names.join(", ")}.` : `Did you mean "${near}"?`,
  });
}

/** The name that a file is kept under. */
export function fileName({ url, name }: PublicFile): string {
  return name ?? decodeURIComponent(new URL(url).pathname.split("/").at(-1)!);
}
