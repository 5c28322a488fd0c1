import { readFileSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { parse } from "csv-parse/sync";
import { columnsFor } from "./manifestColumns.ts";
import { remark } from "./remarks.ts";

const OPTIONS = { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
const DELIMITERS = { ",": "commas", ";": "semicolons", "\t": "tabs" } as const;
type Delimiter = keyof typeof DELIMITERS;

/**
 * Reads a CSV file, the header first, split at commas, semicolons or tabs; a remark names the last two.
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
    const delimiter = delimiterOf(text);
    if (delimiter !== ",") remark(`${path}: columns are separated by ${DELIMITERS[delimiter]}`);
    return parse(text, { ...OPTIONS, delimiter });
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", `manifest ${path}: ${(cause as Error).message}`, {
      hint: "Give a CSV file in UTF-8 whose first line names the columns.",
      cause,
    });
  }
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
