/** An examination that was ordered, as its sender's system calls it. */
export type Service = { readonly code: string; readonly text: string; readonly system: string };

/** An order as another system sent it; texts are empty, and times null, if it did not say. */
export type Order = {
  /** The application that sent it and, if it said so, its facility: LIS@HOSPITAL. */
  readonly sender: string;
  readonly accession: string;
  /** The sender's number of the order, which results give back. */
  readonly placer: string;
  readonly patientId: string;
  /** Who gave the patient's number. */
  readonly assigner: string;
  readonly family: string;
  readonly given: string;
  /** 1990-01-31. */
  readonly birthDate: string | null;
  readonly sex: string;
  /** ISO 8601, UTC. */
  readonly requestedAt: string | null;
  readonly collectedAt: string | null;
  readonly priority: string;
  readonly service: Service;
};

/** A patient's name in one line; empty if it is not known. */
export const patientName = ({ family, given }: Pick<Order, "family" | "given">): string =>
  [family, given].filter((part) => part !== "").join(", ");

/** Whether a text is a code of LOINC, by its form and check digit (LOINC Users' Guide, appendix C). */
export function isLoinc(text: string): boolean {
  if (!/^\d{1,7}-\d$/.test(text)) return false;
  const [number, check] = text.split("-") as [string, string];
  const sum = [...number].reverse().reduce((all, digit, i) => {
    const times = i % 2 === 0 ? 2 * Number(digit) : Number(digit);
    return all + (times > 9 ? times - 9 : times);
  }, 0);
  return (10 - (sum % 10)) % 10 === Number(check);
}
