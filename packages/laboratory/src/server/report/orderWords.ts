import { patientName } from "../../interfaces/order.ts";
import type { CaseRow } from "../../store/cases.ts";
import type { OrderRow } from "../../store/connections/orders.ts";

/** What does not go together in a case and its order, in sentences; false if all does. */
export function orderWords({
  found,
  order,
}: {
  readonly found: Pick<CaseRow, "patient" | "birthDate">;
  readonly order: OrderRow | undefined;
}): string | false {
  if (order === undefined) return false;
  const { accession, content, status } = order;
  const [ordered, seen] = [personOf(patientName(content), content.birthDate), personOf(found.patient, found.birthDate)];
  const words = [
    status === "cancelled" ? `The order ${accession} was cancelled.` : "",
    folded(ordered) === folded(seen) ? "" : `The order ${accession} is for ${ordered}, but the case is of ${seen}.`,
  ].filter((text) => text !== "");
  return words.length > 0 && words.join(" ");
}

const personOf = (name: string | null, birthDate: string | null) =>
  `${name || "a patient without a name"}, ${birthDate === null ? "birth date not known" : `born ${birthDate}`}`;

// Capitals, spaces and how an accent is encoded make no other person.
const folded = (text: string) =>
  text
    .normalize("NFC")
    .toLocaleLowerCase("en")
    .replace(/[\s,]+/g, " ");
