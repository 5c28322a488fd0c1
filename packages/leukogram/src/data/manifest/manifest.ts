import { dirname, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { remark } from "../remarks.ts";
import { takenColumn } from "./manifestColumns.ts";
import { readTable } from "./manifestTable.ts";

/** One row of a manifest: an image, and what is known of it. */
export interface ManifestRow {
  /** Line in the file, counted from 1, the header being line 1. */
  readonly line: number;
  /** Absolute path of the image. */
  readonly path: string;
  /** All cells, by column name. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A table of images: a CSV file with a column of paths, relative to its own folder. */
export interface Manifest {
  /** Absolute path of the CSV file. */
  readonly path: string;
  readonly columns: readonly string[];
  /** The column that holds the paths: `file`, or a name like it. */
  readonly fileColumn: string;
  readonly rows: readonly ManifestRow[];
  /** Rows by the absolute path of their image. */
  readonly byPath: ReadonlyMap<string, ManifestRow>;
}

/**
 * Reads a manifest CSV.
 *
 * @throws LeukogramError ERR_DATA if the file cannot be read, is no CSV table, or does not have one column of files.
 */
export function readManifest(path: string): Manifest {
  const absolute = resolve(path);
  const table = readTable(absolute);
  const header = table[0] ?? [];
  const fileColumn = takenColumn("file", header, path);
  if (fileColumn === undefined) {
    throw new LeukogramError("ERR_DATA", `manifest ${path}: expected a column "file", received ${quoteList(header)}`, {
      hint: "Rename the column with the images' paths (relative to the manifest) to file.",
    });
  }
  if (fileColumn !== "file") remark(`${absolute}: the column "${fileColumn}" is used for the file`);
  const rows = table.slice(1).map((cells, index): ManifestRow => {
    const byName = Object.fromEntries(header.map((column, i) => [column, (cells[i] ?? "").trim()]));
    return { line: index + 2, path: resolve(dirname(absolute), slashed(byName[fileColumn]!)), cells: byName };
  });
  return { path: absolute, columns: header, fileColumn, rows, byPath: new Map(rows.map((row) => [row.path, row])) };
}

/**
 * The name of the column, checked.
 *
 * @throws LeukogramError ERR_USAGE if the manifest has no such column; the message lists those it has.
 */
export function requireColumn(manifest: Manifest, column: string): string {
  if (manifest.columns.includes(column)) return column;
  throw new LeukogramError(
    "ERR_USAGE",
    `manifest ${manifest.path}: no column "${column}" to group by, only ${quoteList(manifest.columns)}`,
    { hint: "Use one of them." },
  );
}

// A manifest written on Windows must mean the same files elsewhere.
function slashed(file: string): string {
  return file.includes("/") ? file : file.replaceAll("\\", "/");
}

/** `"a", "b", "c"`, for messages; at most `limit` items. */
export function quoteList(items: readonly string[], limit = 12): string {
  if (items.length === 0) return "none";
  const shown = items.slice(0, limit).map((item) => `"${item}"`);
  return shown.join(", ") + (items.length > limit ? ` and ${items.length - limit} more` : "");
}
