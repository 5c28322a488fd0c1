import type { Order } from "../api/types.ts";
import { t } from "../language/words.ts";
import { formatDay } from "../ui/format.ts";

/** Whose order it is: name and birth date. */
export function patientWords({ patient, birthDate }: Order): string {
  const born = birthDate === null ? "" : t("case.born", { date: formatDay(birthDate) });
  return [patient ?? t("worklist.nameNotKnown"), born].filter(Boolean).join(", ");
}

/** The patient's number, and who gave it. */
export const patientNumber = ({ patientId, assigner }: Order): string =>
  assigner === "" ? patientId : `${patientId} (${assigner})`;

/** What was ordered, and its code of LOINC. */
export const serviceWords = ({ service, loinc }: Order): string =>
  `${service.text || service.code}${loinc === null || loinc === service.code ? "" : `, LOINC ${loinc}`}`;
