import { cellType } from "../cells/cellTypes.ts";
import { CELL_TYPES } from "../cells/classes.ts";

/** What every laboratory may call a cell: the five types, and what is no type. In the order of the gallery's sections. */
export const LABELS = [...CELL_TYPES, "Unidentified", "Artefact", "Smudge"] as const;

/** One of {@link LABELS}. */
export type Label = (typeof LABELS)[number];

/** What is none of the five types: another leukocyte, a nucleated red cell, and what is neither, as platelets. */
export const BEYOND_FIVE = ["OtherLeukocyte", "Erythroblast", "NotLeukocyte"] as const;

/** What a cell may count as, whatever it is called. */
export const COUNTED_AS = [...CELL_TYPES, ...BEYOND_FIVE, "Unidentified", "Artefact", "Smudge"] as const;

/** One of {@link COUNTED_AS}. */
export type CountedAs = (typeof COUNTED_AS)[number];

/** What a cell of this name counts as; undefined for a name that is no label and no known type. */
export function countsAs(name: string): CountedAs | undefined {
  const own = COUNTED_AS.find((one) => one === name);
  const type = cellType(name);
  if (own !== undefined || type === undefined) return own;
  return type.five ?? (type.isLeukocyte ? "OtherLeukocyte" : "NotLeukocyte");
}

const UNREPORTED: readonly CountedAs[] = ["Artefact", "Smudge", "NotLeukocyte", "Erythroblast"];

/** Whether a count of leukocytes speaks of cells that count as this, if only as unidentified. */
export function isReported(counted: CountedAs): boolean {
  return !UNREPORTED.includes(counted);
}
