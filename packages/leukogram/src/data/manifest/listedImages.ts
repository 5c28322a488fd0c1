import { existsSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Sample } from "../sample.ts";
import { makeLaboratories } from "../sampling/grouping.ts";
import { readManifest } from "./manifest.ts";

/**
 * The images that a manifest CSV lists, in its order, with their laboratories and scales; no label is read.
 *
 * @throws LeukogramError ERR_DATA if it lists none, or a file is missing or listed twice, naming the line; as `readManifest`.
 */
export function listedImages(path: string): Pick<Sample, "path" | "laboratory" | "redCell">[] {
  const manifest = readManifest(path);
  const { rows, fileColumn, byPath } = manifest;
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_DATA", `manifest ${path}${message}`, { hint });
  };
  if (rows.length === 0) refuse(" is empty: it lists no images", "Add a row for each image.");
  const laboratoryOf = makeLaboratories(manifest);
  return rows.map((row) => {
    const at = ` line ${row.line}: `;
    if (row.cells[fileColumn] === "")
      refuse(`${at}the column "${fileColumn}" is empty`, "Give the file of the image, or remove the row.");
    if (!existsSync(row.path))
      refuse(`${at}no such file: ${row.path}`, "Fix the path, which is relative to the manifest.");
    if (byPath.get(row.path) !== row)
      refuse(`${at}the same file as line ${byPath.get(row.path)!.line}`, "List each image once.");
    return { path: row.path, ...laboratoryOf(row.path) };
  });
}
