import type { CaseSummary } from "../api/types.ts";
import { t } from "../language/words.ts";

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
          ? t("cases.openToAmend")
          : t(`cases.status.${summary.status}`)}
      </span>
      {summary.priority !== "routine" && (
        <span className={`badge ${summary.priority}`}>{t(`plan.priorities.${summary.priority}`)}</span>
      )}
      {summary.secondReading !== "none" && (
        <span className="badge">{t(`cases.secondReading.${summary.secondReading}`)}</span>
      )}
    </span>
  );
}
