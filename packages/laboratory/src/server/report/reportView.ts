import type { z } from "zod";
import type { SignedReport } from "../../store/reports.ts";
import type { report } from "../contract/cases.ts";

/** A report, as lists show it. @param voided why its case is void, if it is. */
export function reportView(
  { id, number, reason, sha256, isFinal, createdAt, signatures, supersededBy }: SignedReport,
  voided: string | null,
): z.infer<typeof report> {
  return {
    ...{ id, number, reason, voided, sha256, isFinal, supersededBy },
    createdAt: createdAt.toISOString(),
    signatures: signatures.map(({ by, fullName, at, meaning }) => ({ by, fullName, at: at.toISOString(), meaning })),
  };
}
