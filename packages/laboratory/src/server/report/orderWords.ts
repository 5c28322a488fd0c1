import type { Sentence } from "@leukogram/engine/core/sentence";
import { patientName } from "../../interfaces/order.ts";
import { said } from "../../messages/reportSpeech.ts";
import type { CaseRow } from "../../store/cases.ts";
import type { OrderRow } from "../../store/connections/orders.ts";

/** What does not go together in a case and its order, as a sentence; false if all does. */
export function orderWords({
  found,
  order,
}: {
  readonly found: Pick<CaseRow, "patient" | "birthDate">;
  readonly order: OrderRow | undefined;
}): Sentence | false {
  if (order === undefined) return false;
  const { accession, content, status } = order;
  const [ordered, seen] = [personOf(patientName(content), content.birthDate), personOf(found.patient, found.birthDate)];
  const isOther = folded(ordered.text) !== folded(seen.text);
  if (status === "cancelled")
    return isOther ? said("order.both", { accession, ordered, seen }) : said("order.cancelled", { accession });
  return isOther && said("order.other", { accession, ordered, seen });
}

const personOf = (name: string | null, birthDate: string | null) =>
  said("order.person", {
    ...{ person: name ?? "", hasName: name ? "yes" : "no", born: birthDate ?? "", hasBorn: birthDate ? "yes" : "no" },
  });

// Capitals, spaces and how an accent is encoded make no other person.
const folded = (text: string) =>
  text
    .normalize("NFC")
    .toLocaleLowerCase("en")
    .replace(/[\s,]+/g, " ");
