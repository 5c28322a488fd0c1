import type { CaseSummary } from "../api/types.ts";
import { texts } from "../texts.ts";

/** Where a case stands. */
export function StatusBadge({ summary }: { readonly summary: Pick<CaseSummary, "status" | "secondReading"> }) {
  return (
    <span className="badges">
      <span className={`badge ${summary.status}`}>{texts.cases.status[summary.status]}</span>
      {summary.secondReading !== "none" && (
        <span className="badge">{texts.cases.secondReading[summary.secondReading]}</span>
      )}
    </span>
  );
}
