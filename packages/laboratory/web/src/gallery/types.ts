import type { Cell, Label, Via } from "../api/types.ts";

/** What the gallery shows of a cell. */
export type GalleryCell = Pick<
  Cell,
  | "id"
  | "number"
  | "file"
  | "status"
  | "error"
  | "probabilities"
  | "predicted"
  | "certainty"
  | "isRejected"
  | "familiarity"
  | "isUnfamiliar"
  | "crop"
  | "label"
  | "labelledBy"
  | "labelledAt"
  | "counted"
>;

/** In what order cells stand within a class. */
export type Order = "unsure" | "number";

/** Which cells are shown. */
export type Filter = "all" | "unsure" | "unfamiliar" | "crop" | "unreviewed";

/** A part of the gallery: a label, "unread" for cells without an answer, or "bad" for images that could not be read. */
export type SectionKey = string;

/** One label for each of some cells; null takes the reader's away. `replaces` is the label that the reader saw. */
export type Changes = readonly {
  readonly cell: string;
  readonly label: Label | null;
  readonly replaces?: Label | null;
}[];

/** Called when a reader labels cells. */
export type OnLabel = (changes: Changes, via: Via) => void;
