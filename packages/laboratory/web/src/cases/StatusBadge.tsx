import type { CaseSummary } from "../api/types.ts";
import { texts } from "../texts.ts";

/** Where a case stands. */
export function StatusBadge({
  summary,
}: {
  readonly summary: Pick<CaseSummary, "status" | "secondReading" | "amendment" | "priority">;
}) {
  return (
    <span className="badges">
      <span className={`badge ${summary.status}`}>
        {summary.status === "open" && summary.amendment !== null
          ? texts.cases.openToAmend
          : texts.cases.status[summary.status]}
      </span>
      {summary.priority !== "routine" && (
        <span className={`badge ${summary.priority}`}>{texts.plan.priorities[summary.priority]}</span>
      )}
      {summary.secondReading !== "none" && (
        <span className="badge">{texts.cases.secondReading[summary.secondReading]}</span>
      )}
    </span>
  );
}
