import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { type Info, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { findClassesProblem, findRowProblem, predictedClass, requirePredictions } from "./checkPredictions.ts";
import type { Prediction, Predictions } from "./types.ts";

const FIXED_COLUMNS = ["file", "label", "predicted", "group"] as const;
/** Written if it is known of any image: so that what is made of the answers knows whether the images were familiar. */
const FAMILIARITY = "familiarity";
/** Written if it is known: whose answers they are. */
const MODEL = "model";
const PREFIX = "p_";

/**
 * Writes predictions.csv: `file,label,predicted,group,p_<Class>...`, one row an image, in the given order; before the
 * probabilities stands `familiarity` where the model knows how its own images look.
 *
 * Labels and predictions are class names, the label empty if it is not known; probabilities are written so that
 * reading gives the same numbers. The file appears whole or not at all.
 *
 * @throws LeukogramError ERR_DATA if the predictions are not whole, ERR_OUTPUT if the file cannot be written.
 */
export async function writePredictionsCsv(path: string, predictions: Predictions): Promise<void> {
  const text = formatPredictionsCsv(predictions);
  await writeFileWhole(path, text);
}

/**
 * The text of predictions.csv.
 *
 * @throws LeukogramError ERR_DATA if the predictions are not whole.
 */
export function formatPredictionsCsv(predictions: Predictions): string {
  requirePredictions("predictions", predictions);
  const { model, classes, rows } = predictions;
  const withFamiliarity = rows.some(({ familiarity }) => familiarity !== undefined);
  const middle = [...(model === undefined ? [] : [MODEL]), ...(withFamiliarity ? [FAMILIARITY] : [])];
  const header = [...FIXED_COLUMNS, ...middle, ...classes.map((name) => PREFIX + name)];
  const records = rows.map((row) => {
    const label = row.label === undefined ? "" : classes[row.label]!;
    const familiarity = withFamiliarity ? [String(row.familiarity ?? "")] : [];
    const fixed = [row.file, label, classes[predictedClass(row)]!, row.group, ...(model === undefined ? [] : [model])];
    return [...fixed, ...familiarity, ...row.probabilities.map(String)];
  });
  return stringify([header, ...records]);
}

/** Whether a CSV file has columns of probabilities, and so is no manifest; a file that can't be read, or is empty, has. */
export function holdsAnswers(path: string): boolean {
  let head: string;
  try {
    [head = ""] = readFileSync(path, "utf8").split("\n", 1);
  } catch {
    return true;
  }
  return head.trim() === "" || head.split(/[,;\t]/).some((column) => /^\W*(p_|predicted\W*$)/.test(column));
}

/**
 * Reads predictions.csv, whoever wrote it; columns may come in any order, and others are passed over.
 *
 * @throws LeukogramError ERR_DATA naming file and line if it cannot be read or any row is not whole.
 */
export async function readPredictionsCsv(path: string): Promise<Predictions> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", `${path}: can't be read`, {
      hint: "Give the path of a predictions.csv, as written by leukogram evaluate.",
      cause,
    });
  }
  return parsePredictionsCsv(text, { path });
}

/**
 * Reads the text of predictions.csv; `path` names it in messages. An image without a group is its own.
 *
 * @throws LeukogramError ERR_DATA naming `path` and the line of the first fault.
 */
export function parsePredictionsCsv(text: string, { path = "predictions.csv" } = {}): Predictions {
  const [header, ...records] = parseRecords(text, path);
  if (header === undefined) throw new LeukogramError("ERR_DATA", `${path}: the file is empty`);
  const columns = readHeader(header.cells, path);
  const lineOf = new Map<string, number>();
  const rows = records.map(({ cells, line }) => {
    const where = `${path} line ${line}`;
    if (cells.length !== header.cells.length) {
      refuse(where, `expected ${header.cells.length} columns, received ${cells.length}`);
    }
    const row = readRow(cells, columns, where);
    const problem = findRowProblem(row, columns.classes);
    if (problem !== undefined) refuse(where, problem);
    if (lineOf.has(row.file)) refuse(where, `${row.file} is also on line ${lineOf.get(row.file)}`);
    lineOf.set(row.file, line);
    return row;
  });
  return { ...modelOf(records, header.cells.indexOf(MODEL), path), classes: columns.classes, rows };
}

// One file holds the answers of one model.
function modelOf(records: readonly CsvRecord[], column: number, path: string): Pick<Predictions, "model"> {
  const models = new Set(column < 0 ? [] : records.map(({ cells }) => cells[column]!).filter((name) => name !== ""));
  const [model, other] = models;
  if (other !== undefined)
    throw new LeukogramError("ERR_DATA", `${path}: contains predictions of several models, ${model} and ${other}`, {
      hint: "Put the predictions of each model in a separate file.",
    });
  return model === undefined ? {} : { model };
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

function parseRecords(text: string, path: string): CsvRecord[] {
  if (text.includes("\0"))
    throw new LeukogramError("ERR_DATA", `${path}: not a CSV file but a binary one`, {
      hint: "Give the path of a predictions.csv, as written by leukogram evaluate.",
    });
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true } as const;
    const records = parse(text, options) as unknown as readonly { readonly record: string[]; readonly info: Info }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LeukogramError("ERR_DATA", `${path}: not a CSV file: ${reason}`, { cause });
  }
}

interface Columns {
  readonly classes: readonly string[];
  /** Place of each fixed column, then of each class's probability. */
  readonly fixed: Readonly<Record<(typeof FIXED_COLUMNS)[number], number>>;
  readonly probabilities: readonly number[];
  /** -1 if there is no such column. */
  readonly familiarity: number;
}

function readHeader(cells: readonly string[], path: string): Columns {
  const expected = "file,label,predicted,group,p_<Class>...";
  const missing = FIXED_COLUMNS.filter((name) => !cells.includes(name));
  if (missing.length > 0) refuse(`${path} line 1`, `no column ${missing.join(", ")}; expected ${expected}`);
  const probabilities = cells.map((_, i) => i).filter((i) => cells[i]!.startsWith(PREFIX));
  const classes = probabilities.map((i) => cells[i]!.slice(PREFIX.length));
  const problem = findClassesProblem(classes);
  if (problem !== undefined) refuse(`${path} line 1`, `${problem} in the columns p_<Class>`);
  const [file, label, predicted, group] = FIXED_COLUMNS.map((name) => cells.indexOf(name)) as [
    number,
    number,
    number,
    number,
  ];
  const familiarity = cells.indexOf(FAMILIARITY);
  return { classes, fixed: { file, label, predicted, group }, probabilities, familiarity };
}

function readRow(
  cells: readonly string[],
  { classes, fixed, probabilities, familiarity }: Columns,
  where: string,
): Prediction {
  const classIndex = (column: "label" | "predicted") => {
    const name = cells[fixed[column]]!;
    const index = classes.indexOf(name);
    if (index < 0) refuse(where, `${column} "${name}" is not a class; the classes are ${classes.join(", ")}`);
    return index;
  };
  const file = cells[fixed.file]!;
  const row = {
    file,
    label: cells[fixed.label] === "" ? undefined : classIndex("label"),
    group: cells[fixed.group] || file,
    probabilities: probabilities.map((i, k) => {
      const text = cells[i]!;
      if (text.trim() === "" || !Number.isFinite(Number(text)))
        refuse(where, `p_${classes[k]} "${text}" is not a number`);
      return Number(text);
    }),
    ...familiarityOf(cells[familiarity] ?? "", where),
  };
  const predicted = classIndex("predicted");
  return predicted === predictedClass(row) ? row : { ...row, predicted };
}

function familiarityOf(text: string, where: string): Pick<Prediction, "familiarity"> {
  if (text === "") return {};
  const familiarity = Number(text);
  if (!(familiarity >= 0 && familiarity <= 1)) refuse(where, `familiarity "${text}" is not between 0 and 1`);
  return { familiarity };
}

function refuse(where: string, problem: string): never {
  throw new LeukogramError("ERR_DATA", `${where}: ${problem}`, { hint: "Fix that line, or create the file again." });
}
