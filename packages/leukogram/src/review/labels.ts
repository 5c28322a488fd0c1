import { CELL_TYPES } from "../cells/classes.ts";

/** What a reader may call a cell: the five types, and what is none of them. In the order of the gallery's sections. */
export const LABELS = [...CELL_TYPES, "Unidentified", "Artefact", "Smudge"] as const;

/** One of {@link LABELS}. */
export type Label = (typeof LABELS)[number];

/** Whether a count speaks of cells with this label, if only as unidentified; artefacts and smudges are in none. */
export function isReported(label: Label): boolean {
  return label !== "Artefact" && label !== "Smudge";
}
