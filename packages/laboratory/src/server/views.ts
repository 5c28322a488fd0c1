// Rows of the store as they go over the wire, with what a blind reader must not see left out.

import { type CellAnswer, calledBy, countedLabel, labelCounted, NO_ANSWER } from "leukogram/review/answer";
import { isBlind, type Reading } from "leukogram/review/blindness";
import { groupOf, type Tally, tallyOf } from "leukogram/review/count";
import type { z } from "zod";
import type { CountedCase } from "../store/cases.ts";
import type { ReadCell } from "../store/cells.ts";
import type { caseSummary, cell } from "./contract/cases.ts";

/** A case for the one who asks. */
export function caseView(row: CountedCase, user: string): z.infer<typeof caseSummary> {
  const { id, name, leukocytes, age, sex, comment, status, revision, model, cells, waiting, bad, reviewed, awaited } =
    row;
  const blind = isBlind(row, user);
  return {
    ...{ id, name, leukocytes, age, sex, comment, status, revision, model, cells, waiting, bad, awaited },
    ...{ order: row.orderId, patient: row.patient, birthDate: row.birthDate, collectedAt: row.collectedAt },
    ...{ assignee: row.assignee, priority: row.priority, due: row.due },
    reviewed: blind ? 0 : reviewed,
    signers: row.signers === 2 ? 2 : 1,
    amendment: row.reason,
    voided: row.voided,
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
  const isFirst = reading === "first" && !blind;
  const said = isFirst ? row.first : row.second;
  const label = said?.label ?? null;
  return {
    ...{ id, number, kind, file, sha256, width, height, status, error },
    ...(blind ? NO_ANSWER : answerView(row)),
    label,
    labelledBy: said?.by ?? null,
    labelledAt: said?.at.toISOString() ?? null,
    counted: isFirst ? countedLabel(answeredCell(row)) : said ? labelCounted(said.label, said.countsAs) : null,
  };
}

function answerView(row: ReadCell): CellAnswer {
  const { classes, probabilities, predicted, isRejected, familiarity, isUnfamiliar } = row;
  const certainty = classes && probabilities && calledBy(classes, probabilities).certainty;
  return { probabilities, predicted, certainty, isRejected, familiarity, isUnfamiliar, crop: cropView(row) };
}

/** A row with the label of its first reading, which is what counts. */
export function answeredCell<T extends Pick<ReadCell, "first">>(row: T) {
  return { ...row, label: row.first?.label ?? null, labelCountsAs: row.first?.countsAs };
}

/** How a cell was cropped; null if its model crops nothing. */
export function cropView({ cropOutside, cropNucleus }: Pick<ReadCell, "cropOutside" | "cropNucleus">) {
  return cropOutside === null || cropNucleus === null ? null : { outside: cropOutside, nucleus: cropNucleus };
}

/** The count of rows by the labels that count. */
export function tallyOfCells(cells: readonly ReadCell[]): Tally {
  return tallyOf(cells.map((cell) => groupOf({ ...answeredCell(cell), crop: cropView(cell) })));
}
