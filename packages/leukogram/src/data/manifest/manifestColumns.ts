// Which columns of a manifest hold the files and the classes: other people's tables name them in their own ways.
import { LeukogramError } from "@leukogram/engine/core/errors";

const NAMES = {
  file: ["file", "filename", "image", "imagepath", "path", "img"],
  class: ["class", "label", "category", "type", "celltype", "diagnosis"],
} as const;

/** What a column of a manifest can be for. */
export type ColumnUse = keyof typeof NAMES;

/** The name of a column without case, spaces, `_` and `-`. */
export function plainColumn(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, "");
}

/** The columns that can hold the files or the classes, by their names. */
export function columnsFor(use: ColumnUse, columns: readonly string[]): string[] {
  const names: readonly string[] = NAMES[use];
  return columns.filter((column) => names.includes(plainColumn(column)));
}

/**
 * The column that holds the files or the classes: `file` or `class` itself, else the only one of another known name.
 *
 * @throws LeukogramError ERR_DATA if two columns can be meant.
 */
export function takenColumn(use: ColumnUse, columns: readonly string[], path: string): string | undefined {
  const able = columnsFor(use, columns);
  const own = able.filter((column) => plainColumn(column) === use);
  const [taken, ...others] = own.length > 0 ? own : able;
  if (others.length === 0) return taken;
  const listed = [taken, ...others].map((column) => `"${column}"`).join(", ");
  throw new LeukogramError("ERR_DATA", `manifest ${path}: several columns can be the ${use}: ${listed}`, {
    hint: `Rename the right column to ${use}.`,
  });
}
