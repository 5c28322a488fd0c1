import type { SplitCounts } from "./types.ts";

/** Images of one class in each set, or of all classes. */
export interface CountRow {
  readonly name: string;
  readonly index: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** True of the row that sums the others. */
  readonly total: boolean;
}

/** One row a class, in the order of `classes`; then classes that only the counts name, by name. */
export function countRows(counts: SplitCounts, classes: readonly string[]): readonly CountRow[] {
  const named = [counts.train, counts.validation, counts.test].flatMap((set) => Object.keys(set));
  const others = [...new Set(named)].filter((name) => !classes.includes(name)).sort();
  return [...classes, ...others].map((name, index) => ({
    name,
    index,
    train: counts.train[name] ?? 0,
    validation: counts.validation[name] ?? 0,
    test: counts.test[name] ?? 0,
    total: false,
  }));
}

/** The sum of all rows. */
export function classTotals(rows: readonly CountRow[]): CountRow {
  const sum = (key: "train" | "validation" | "test") => rows.reduce((total, row) => total + row[key], 0);
  return {
    name: "All",
    index: rows.length,
    train: sum("train"),
    validation: sum("validation"),
    test: sum("test"),
    total: true,
  };
}
