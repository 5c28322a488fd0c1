// Rows of the store as they go over the wire, with what a blind reader must not see left out.

import { calledInFive } from "leukogram/cells/cellTypes";
import type { z } from "zod";
import type { CountedCase } from "../store/cases.ts";
import type { ReadCell } from "../store/cells.ts";
import type { Reading } from "../store/labels.ts";
import { type caseSummary, type cell, LABELS } from "./contract/cases.ts";

/** What a cell may be called. */
export type Label = (typeof LABELS)[number];

/** Whether who asks is the case's second reader, and not finished: who must see no answers. */
export function isBlind(
  { secondReading, secondReader }: Pick<CountedCase, "secondReading" | "secondReader">,
  user: string,
): boolean {
  return secondReading === "going on" && secondReader === user;
}

/** A case for the one who asks. */
export function caseView(row: CountedCase, user: string): z.infer<typeof caseSummary> {
  const { id, name, leukocytes, age, comment, status, revision, model, cells, waiting, bad, reviewed } = row;
  const blind = isBlind(row, user);
  return {
    ...{ id, name, leukocytes, age, comment, status, revision, model, cells, waiting, bad },
    reviewed: blind ? 0 : reviewed,
    signers: row.signers === 2 ? 2 : 1,
    amendment: row.reason,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    secondReading: row.secondReading,
    isBlind: blind,
  };
}

/** A cell for the one who asks, in one reading. */
export function cellView(
  row: ReadCell,
  { reading, blind }: { readonly reading: Reading; readonly blind: boolean },
): z.infer<typeof cell> {
  const { id, number, kind, file, sha256, width, height, status, error } = row;
  const said = reading === "second" || blind ? row.second : row.first;
  const answer = blind
    ? { probabilities: null, predicted: null, isRejected: false, familiarity: null, isUnfamiliar: false, crop: null }
    : {
        probabilities: row.probabilities,
        predicted: row.predicted,
        isRejected: row.isRejected,
        familiarity: row.familiarity,
        isUnfamiliar: row.isUnfamiliar,
        crop: cropView(row),
      };
  return {
    ...{ id, number, kind, file, sha256, width, height, status, error },
    ...answer,
    label: (said?.label as Label) ?? null,
    labelledBy: said?.by ?? null,
    labelledAt: said?.at.toISOString() ?? null,
    counted: reading === "second" || blind ? ((said?.label as Label) ?? null) : countedLabel(row),
  };
}

/** How a cell was cropped; null where its model crops nothing. */
export function cropView({ cropOutside, cropNucleus }: Pick<ReadCell, "cropOutside" | "cropNucleus">) {
  return cropOutside === null || cropNucleus === null ? null : { outside: cropOutside, nucleus: cropNucleus };
}

/** The label that counts: the first reader's, else the model's where it is sure, else Unidentified; null while it waits, or is bad and unread. */
export function countedLabel({
  first,
  status,
  predicted,
  isRejected,
}: Pick<ReadCell, "status" | "predicted" | "isRejected"> & {
  readonly first: { readonly label: string } | undefined;
}): Label | null {
  if (first !== undefined) return first.label as Label;
  return status === "classified" ? modelLabel({ predicted, isRejected }) : null;
}

/** What the model alone calls a classified cell. */
export function modelLabel({ predicted, isRejected }: Pick<ReadCell, "predicted" | "isRejected">): Label {
  // What a reader can't call a cell counts as the one of the five that it is, or as none.
  const called = calledInFive(predicted ?? "");
  const known = LABELS.find((name) => name === called);
  return isRejected || known === undefined ? "Unidentified" : known;
}
