import type { Order } from "../../interfaces/order.ts";
import type { CodeRow } from "../../store/settings/connections.ts";

/** What LOINC calls what was ordered: the sender's own code if it is of LOINC, else as the table of codes says. */
export function loincOf({ service, sender }: Pick<Order, "service" | "sender">, codes: readonly CodeRow[]) {
  if (service.system === "LN") return service.code;
  return codes.find((row) => row.sender === sender && row.code === service.code)?.loinc;
}

/** The row of the table for what a system calls a code of LOINC. */
export function codeOf(loinc: string, sender: string, codes: readonly CodeRow[]): CodeRow | undefined {
  return codes.find((row) => row.sender === sender && row.loinc === loinc);
}
