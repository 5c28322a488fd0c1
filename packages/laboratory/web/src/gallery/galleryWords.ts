import { calledLabel } from "leukogram/review/answer";
import type { Label } from "../api/types.ts";
import { labelName, t } from "../language/words.ts";
import { lacksNucleus, leaves } from "./cropAlarms.ts";
import type { GalleryCell } from "./types.ts";

// What a cell is called and, if that is another, what it counts as.
function shownLabel(cell: GalleryCell): string | null {
  const called = calledLabel(cell);
  if (called === null) return null;
  const label = labelName(called);
  return called === cell.counted || cell.counted === null
    ? label
    : t("gallery.cell.called", { label, counted: labelName(cell.counted) });
}

/** What a cell of the gallery is, for screen readers. @param certainty of the model; null if it is not shown */
export function cellWords(cell: GalleryCell, certainty: number | null): string {
  const { predicted, status } = cell;
  const unread = status === "waiting" ? t("gallery.cell.waiting") : t("gallery.cell.unread");
  return [
    t("gallery.cell.number", { number: String(cell.number) }),
    status === "bad" && t("gallery.cell.bad"),
    shownLabel(cell) ?? unread,
    certainty !== null &&
      t("gallery.cell.model", { label: labelName(predicted ?? ""), percent: Math.round(100 * certainty) }),
    cell.isRejected && t("gallery.cell.unsure"),
    cell.isUnfamiliar && t("gallery.cell.unfamiliar"),
    leaves(cell) && t("gallery.cell.leaves"),
    lacksNucleus(cell) && t("gallery.cell.noNucleus"),
    cell.label !== null && t("gallery.cell.reviewed"),
  ]
    .filter(Boolean)
    .join(", ");
}

/** What was done to cells: how they are called now. */
export function labelledWords(labels: readonly (Label | null)[]): string {
  const names = new Set(labels);
  const [only] = names;
  const named = only == null ? t("gallery.labelRemoved") : labelName(only);
  return t("gallery.labelled", { count: labels.length, what: names.size > 1 ? t("gallery.confirmed") : named });
}

/** What opens a cell. */
export const openWords = (number: number | undefined): string =>
  number === undefined ? t("selection.open") : t("selection.openCell", { number: String(number) });
