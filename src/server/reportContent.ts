import { VERSION } from "../core/version.ts";
import type { Json } from "../store/canonicalJson.ts";
import type { ReadCell } from "../store/cells.ts";
import type { ReportInput } from "../store/reports.ts";
import { agreementOf, countOf, reportOf } from "./count.ts";
import { countedLabel } from "./views.ts";

/** What a report freezes: the count, each cell with its hash, what the model said and what counts, and the head of the trail. */
export function reportContent({ found, cells, head, number, at }: ReportInput): {
  readonly [key: string]: Json | undefined;
} {
  const { id, name, leukocytes, age, comment, signers, model, reason } = found;
  const content = {
    notice: "Research use only; not a medical device.",
    software: { name: "leukogram", version: VERSION },
    case: {
      id,
      name,
      leukocytes,
      age,
      comment,
      signers,
      createdBy: found.createdBy,
      createdAt: found.createdAt.toISOString(),
    },
    number,
    reason,
    at: at.toISOString(),
    model,
    trail: head,
    differential: countOf(cells, found),
    full: reportOf(cells, found) ?? null,
    agreement: found.secondReading === "finished" ? agreementOf(cells) : null,
    cells: cells.map(cellContent),
  };
  // What JSON leaves out is left out before it is hashed.
  return JSON.parse(JSON.stringify(content)) as { readonly [key: string]: Json };
}

function cellContent(cell: ReadCell) {
  const { number, file, sha256, status, predicted, isRejected, isUnfamiliar, probabilities, first, second, error } =
    cell;
  return {
    ...{ number, file, sha256, status, model: cell.model, predicted, isRejected, isUnfamiliar, probabilities, error },
    counted: countedLabel(cell),
    first: first && { label: first.label, by: first.by, at: first.at.toISOString() },
    second: second && { label: second.label, by: second.by, at: second.at.toISOString() },
  };
}
