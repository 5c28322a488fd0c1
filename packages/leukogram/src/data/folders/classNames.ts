// Class names of other sets and laboratories, as the five that models know.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { cellType } from "../../cells/cellTypes.ts";
import { CELL_TYPES } from "../../cells/classes.ts";

const TABLE = fileURLToPath(new URL("../../../reference/classNames.yaml", import.meta.url));

/** What a class of a data set is taken for. */
export interface MappedName {
  readonly from: string;
  /** Undefined if it is none of the classes wanted, or nothing is known of it. */
  readonly to: string | undefined;
  /** Whether readers differ on it, or nothing is known of it, so that it is to be looked at. */
  readonly isDoubtful: boolean;
}

interface Table {
  readonly five: Readonly<Record<string, readonly string[]>>;
  readonly said: Readonly<Record<string, readonly string[]>>;
  readonly none: readonly (readonly string[])[];
}

/** A name without case, numbers in front, spaces, signs and a plural s. */
export function plainName(name: string): string {
  const words = name
    .normalize("NFKD")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/^[^a-z]+/, "")
    .split(/[^a-z]+/)
    .map((word) => (word.length > 3 ? word.replace(/s$/, "") : word));
  return words.join("");
}

let known: ReadonlyMap<string, Omit<MappedName, "from">> | undefined;

function table(): ReadonlyMap<string, Omit<MappedName, "from">> {
  if (known !== undefined) return known;
  const { five, said, none } = parseYaml(readFileSync(TABLE, "utf8")) as Table;
  type Row = readonly [string, Omit<MappedName, "from">];
  const rows = (of: Table["five"], isDoubtful: boolean) =>
    Object.entries(of).flatMap(([to, names]) => names.map((name): Row => [plainName(name), { to, isDoubtful }]));
  const others = none.flat().map((name): Row => [plainName(name), { to: undefined, isDoubtful: false }]);
  known = new Map([...rows(five, false), ...rows(said, true), ...others]);
  return known;
}

/** What each name is taken for by the table of the package. */
export function mapClassNames(names: readonly string[]): MappedName[] {
  return names.map((from) => ({ from, ...(table().get(plainName(from)) ?? { to: undefined, isDoubtful: true }) }));
}

/** The mapping in words; undefined if it would change nothing, or knows no name. */
export function offeredMapping(names: readonly string[]): string | undefined {
  if (names.every((name) => cellType(name) !== undefined)) return undefined;
  const mapped = mapClassNames(names);
  if (!mapped.some(({ from, to }) => to !== undefined && to !== from)) return undefined;
  return `--map-classes auto reads ${mappingText(mapped)}`;
}

/** A mapping as a sentence tells it. */
export function mappingText(mapped: readonly MappedName[]): string {
  const taken = mapped.flatMap(({ from, to }) => (to === undefined ? [] : [`${from} as ${to}`]));
  const left = mapped.filter(({ to }) => to === undefined).map(({ from }) => from);
  return [taken.join(", "), ...(left.length > 0 ? [`${left.join(", ")} as none of the five`] : [])]
    .filter((part) => part !== "")
    .join("; ");
}

/**
 * Reads a mapping that the user wrote: a CSV file with the columns `from` and `to`, where an empty `to` is none.
 *
 * @throws LeukogramError ERR_DATA if it can't be read, lacks a column, or says two things of one name.
 */
export function readClassMap(path: string): ReadonlyMap<string, string | undefined> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new LeukogramError("ERR_DATA", `${path}: ${problem}`, {
      hint: 'Write two columns, from and to, with one class per row: "NEU,Neutrophil". Leave "to" empty for other classes.',
      cause,
    });
  };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", `${path}: can't be read`, {
      hint: "Use --map-classes auto, or give the path of a CSV file with the columns from and to.",
      cause,
    });
  }
  let rows: readonly Readonly<Record<string, string>>[] = [];
  try {
    rows = parseCsv(text, { bom: true, columns: true, trim: true, delimiter: [",", ";", "\t"] });
  } catch (cause) {
    refuse(`can't be read: ${(cause as Error).message}`, cause);
  }
  const map = new Map<string, string | undefined>();
  for (const { from, to } of rows) {
    if (from === undefined || to === undefined || from === "") return refuse("has no columns from and to");
    const before = map.get(from);
    if (map.has(from) && before !== (to || undefined))
      refuse(`maps ${from} to both ${before ?? "none"} and ${to || "none"}`);
    map.set(from, to || undefined);
  }
  return map.size === 0 ? refuse("contains no classes") : map;
}

/** How names are to be taken: by the table of the package, or as a file says. */
export type ClassMap = "auto" | ReadonlyMap<string, string | undefined>;

/** What names are taken for. @throws ERR_DATA if a file says nothing of one. */
export function mapNames(names: readonly string[], map: ClassMap): MappedName[] {
  if (map === "auto") return mapClassNames(names);
  const missing = names.filter((name) => !map.has(name));
  if (missing.length > 0)
    throw new LeukogramError("ERR_DATA", `the class map has no row for ${missing.join(", ")}`, {
      hint: "Add a row for each class; leave the second column empty for other classes.",
    });
  return names.map((from) => ({ from, to: map.get(from), isDoubtful: false }));
}

/** The classes that samples have after mapping: the five in their order, then others. */
export function orderedClasses(names: Iterable<string>): string[] {
  const five = CELL_TYPES as readonly string[];
  const place = (name: string) => (five.includes(name) ? five.indexOf(name) : five.length);
  return [...new Set(names)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
