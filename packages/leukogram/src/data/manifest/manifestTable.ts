import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { parse } from "csv-parse/sync";
import { remark } from "../remarks.ts";
import { columnsFor } from "./manifestColumns.ts";

const OPTIONS = { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
const DELIMITERS = { ",": "commas", ";": "semicolons", "\t": "tabs" } as const;
type Delimiter = keyof typeof DELIMITERS;

/** How the table of a manifest is read from its text, by the ending of its name: a new format is a reader and a row here. */
const FORMATS: Readonly<Record<string, (text: string, path: string) => string[][]>> = { ".csv": csvTable };

/** Endings of manifests, in lower case. */
export const MANIFEST_ENDINGS = Object.keys(FORMATS);

/** Whether a file is a manifest by its name. */
export const isManifestName = (path: string): boolean => MANIFEST_ENDINGS.includes(extname(path).toLowerCase());

/**
 * Reads the table of a manifest, the header first. A file of another ending is taken for CSV.
 *
 * @throws LeukogramError ERR_DATA if the file cannot be read, or a row has more cells than the header.
 */
export function readTable(path: string): string[][] {
  const table = read(path);
  const [header = [], ...rows] = table;
  const wide = rows.findIndex((cells) => cells.slice(header.length).some((cell) => cell !== ""));
  if (wide < 0) return table;
  throw new LeukogramError(
    "ERR_DATA",
    `manifest ${path} line ${wide + 2}: ${rows[wide]!.length} cells, but the header has ${header.length}`,
    { hint: "Quote cells that contain the separator, and name every column." },
  );
}

function read(path: string): string[][] {
  try {
    const text = decoded(readFileSync(path));
    return (FORMATS[extname(path).toLowerCase()] ?? csvTable)(text, path);
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", `manifest ${path}: ${(cause as Error).message}`, {
      hint: "Give a CSV file in UTF-8 whose first line names the columns.",
      cause,
    });
  }
}

// Split at commas, semicolons or tabs; a remark names the last two.
function csvTable(text: string, path: string): string[][] {
  const delimiter = delimiterOf(text);
  if (delimiter !== ",") remark(`${path}: columns are separated by ${DELIMITERS[delimiter]}`);
  return parse(text, { ...OPTIONS, delimiter });
}

// Excel saves "Unicode text" as UTF-16; in its other encodings names would be read wrong without a word.
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

// The first that gives the header a column of files; else the one that gives it most columns.
function delimiterOf(text: string): Delimiter {
  const headers = (Object.keys(DELIMITERS) as Delimiter[]).map((delimiter) => ({
    delimiter,
    columns: headerOf(text, delimiter),
  }));
  const found = headers.find(({ columns }) => columnsFor("file", columns).length > 0);
  return (found ?? headers.reduce((a, b) => (b.columns.length > a.columns.length ? b : a))).delimiter;
}

function headerOf(text: string, delimiter: Delimiter): readonly string[] {
  try {
    return parse(text, { ...OPTIONS, delimiter, to: 1 })[0] ?? [];
  } catch {
    return []; // quotes that end before another separator
  }
}
