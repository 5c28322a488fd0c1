import { calledInFive } from "leukogram/cells/cellTypes";
import type { Cell, Label } from "../api/types.ts";
import { LABELS } from "../labels.ts";

/** A cell with a reader's label, or without one; what it counts as follows, as the server reckons it. */
export function withLabel<
  T extends Pick<Cell, "predicted" | "isRejected" | "counted" | "label" | "labelledBy" | "labelledAt">,
>(cell: T, label: Label | null, reader: string): T {
  return {
    ...cell,
    label,
    labelledBy: label === null ? null : reader,
    labelledAt: label === null ? null : new Date().toISOString(),
    counted: label ?? countedByModel(cell),
  };
}

/** What a cell counts as before any review; null where the model has not answered, or its answer is withheld. */
export function countedByModel({ predicted, isRejected }: Pick<Cell, "predicted" | "isRejected">): Label | null {
  if (predicted === null) return null;
  const called = calledInFive(predicted);
  const known = LABELS.find((name) => name === called);
  return isRejected || known === undefined ? "Unidentified" : known;
}
