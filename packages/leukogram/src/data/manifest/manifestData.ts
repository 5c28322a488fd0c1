import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { compareCodePoints, toSlashes } from "../folders/walk.ts";
import { remark } from "../remarks.ts";
import type { DataOptions, Dataset, OpenedData, Sample } from "../sample.ts";
import { GROUP_COLUMNS, makeGrouping, makeLaboratories } from "../sampling/grouping.ts";
import { type Manifest, type ManifestRow, quoteList, readManifest } from "./manifest.ts";
import { columnsFor, takenColumn } from "./manifestColumns.ts";

const SPLITS = ["train", "validation", "test"] as const;
type Split = (typeof SPLITS)[number];

/**
 * Opens the data that a manifest CSV lists: its column `class` (or one of a like name) names the classes, `split`
 * the parts (train, val, test); without it, paths that begin with Train/ and Test/ tell them.
 *
 * @throws LeukogramError ERR_DATA naming the line where a file is missing or a cell is wrong.
 */
export function openManifestFile(path: string, { classes, groupBy, mapClasses }: DataOptions = {}): OpenedData {
  const manifest = readManifest(path);
  const column = classColumn(manifest, groupBy);
  const named = classes ?? [...new Set(manifest.rows.map((row) => row.cells[column]!))].sort(compareCodePoints);
  requireClasses(manifest, named, column);
  if (classes === undefined && mapClasses === undefined) requireNames(manifest, named, column);
  const labels = new Map(named.map((name, label) => [name, label]));
  const groupOf = makeGrouping(dirname(manifest.path), manifest, groupBy);
  const laboratoryOf = makeLaboratories(manifest);
  const parts: Record<Split, Sample[]> = { train: [], validation: [], test: [] };
  const splits = splitReader(manifest);
  for (const row of manifest.rows) {
    const label = labels.get(row.cells[column]!);
    if (label === undefined) continue; // a class that the caller left out
    if (!existsSync(row.path))
      throw wrongRow(manifest, row, `no such file: ${row.path}`, "Fix the path, which is relative to the manifest.");
    const other = manifest.byPath.get(row.path)!;
    if (other !== row) throw wrongRow(manifest, row, `the same file as line ${other.line}`, "List each image once.");
    const file = toSlashes(relative(dirname(manifest.path), row.path));
    parts[splits(row)].push({ file, path: row.path, label, group: groupOf(row.path), ...laboratoryOf(row.path) });
  }
  const [train, validation, test] = SPLITS.map((split) => toDataset(manifest, named, parts[split], split));
  if (train === undefined) throw new LeukogramError("ERR_DATA", `manifest ${path} lists no training images`);
  return { train, validation, test };
}

function classColumn(manifest: Manifest, groupBy: string | undefined): string {
  const { path, columns, fileColumn } = manifest;
  const column = takenColumn("class", columns, path);
  if (column === undefined) {
    throw new LeukogramError(
      "ERR_DATA",
      `manifest ${path}: expected a column "class" or "label", received ${quoteList(columns)}`,
      {
        hint: "Add a column class with each image's class name.",
      },
    );
  }
  if (fileColumn === "file" && (column === "class" || column === "label")) return column;
  const read = [fileColumn, column, groupBy];
  const over = columns.filter(
    (name) => name !== "" && !read.includes(name) && !OTHERS.includes(name) && !anyCase(name),
  );
  remark(
    `${path}: the column "${column}" is used for the class${over.length > 0 ? `; ignored: ${quoteList(over)}` : ""}`,
  );
  return column;
}

const OTHERS = ["laboratory", "scale", "original"];
const anyCase = (name: string) => ["split", ...GROUP_COLUMNS].includes(name.toLowerCase());

// Numbers have an order of their own in each set: learned as names, or compared with another set's, they mislead.
function requireNames(manifest: Manifest, classes: readonly string[], column: string): void {
  const numbers = classes.filter((name) => /^[+-]?\d+(\.0*)?$/.test(name));
  if (numbers.length === 0) return;
  const others = columnsFor("class", manifest.columns).filter((name) => name !== column);
  throw new LeukogramError(
    "ERR_DATA",
    `manifest ${manifest.path}: the column "${column}" has numbers for classes: ${quoteList(numbers)}`,
    {
      hint: `Map them with --map-classes map.csv: a line "from,to", then one line per class, such as "${numbers[0]},Basophil"${others.length > 0 ? `; or, if ${quoteList(others)} contains the names, rename it to class, and ${column} to something else` : ""}.`,
    },
  );
}

function toDataset(
  manifest: Manifest,
  classes: readonly string[],
  samples: Sample[],
  split: Split,
): Dataset | undefined {
  if (samples.length === 0) return undefined;
  const absent = classes.filter((_, label) => !samples.some((sample) => sample.label === label));
  if (absent.length > 0) {
    throw new LeukogramError(
      "ERR_DATA",
      `manifest ${manifest.path}: class ${quoteList(absent)} has no images in ${split}`,
      {
        hint: "Every part needs images of every class.",
      },
    );
  }
  samples.sort((a, b) => a.label - b.label || compareCodePoints(a.file, b.file));
  return { root: dirname(manifest.path), classes, samples };
}

function splitReader(manifest: Manifest): (row: ManifestRow) => Split {
  const column = manifest.columns.find((name) => name.toLowerCase() === "split");
  if (column !== undefined) {
    return (row) => {
      const cell = row.cells[column]!;
      const split = SPLITS.find((name) => name.startsWith(cell.toLowerCase().slice(0, 3)));
      if (split !== undefined && /^(train|val|test)/i.test(cell)) return split;
      throw wrongRow(manifest, row, `expected split train, validation or test, received "${cell}"`);
    };
  }
  const ofFolder = (row: ManifestRow): Split | undefined => {
    const first = /^(?:\.\/)?(train|val|test)[a-z]*[/\\]/i.exec(row.cells[manifest.fileColumn]!)?.[1]?.toLowerCase();
    return SPLITS.find((name) => first !== undefined && name.startsWith(first.slice(0, 3)));
  };
  const known = manifest.rows.every((row) => ofFolder(row) !== undefined);
  return (row) => (known ? ofFolder(row)! : "train");
}

function requireClasses(manifest: Manifest, classes: readonly string[], column: string): void {
  if (manifest.rows.length === 0) {
    throw new LeukogramError("ERR_DATA", `manifest ${manifest.path} is empty: it lists no images`);
  }
  const fileless = manifest.rows.find((row) => row.cells[manifest.fileColumn] === "");
  if (fileless !== undefined) throw wrongRow(manifest, fileless, `the column "${manifest.fileColumn}" is empty`);
  const nameless = manifest.rows.find((row) => row.cells[column] === "");
  if (nameless !== undefined)
    throw wrongRow(manifest, nameless, `the column "${column}" is empty`, "Give each image a class.");
  if (classes.length > 1) return;
  throw new LeukogramError(
    "ERR_DATA",
    `manifest ${manifest.path} has only one class, ${quoteList(classes)}, but at least 2 are needed`,
  );
}

function wrongRow(manifest: Manifest, row: ManifestRow, what: string, hint?: string): LeukogramError {
  return new LeukogramError(
    "ERR_DATA",
    `manifest ${manifest.path} line ${row.line}: ${what}`,
    hint === undefined ? {} : { hint },
  );
}
