import { type AnsweredCell, countedLabel } from "leukogram/review/answer";
import type { Cell, Label } from "../api/types.ts";
import { ownCountOf } from "../labels.ts";

/** A cell with a reader's label, or without one; what it counts as follows. */
export function withLabel<T extends AnsweredCell & Pick<Cell, "counted" | "label" | "labelledBy" | "labelledAt">>(
  cell: T,
  label: Label | null,
  reader: string,
): T {
  return {
    ...cell,
    label,
    labelledBy: label === null ? null : reader,
    labelledAt: label === null ? null : new Date().toISOString(),
    counted: countedLabel({ ...cell, label, labelCountsAs: label === null ? null : ownCountOf(label) }),
  };
}
