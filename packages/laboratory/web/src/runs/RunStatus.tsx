import type { Run } from "../api/types.ts";
import { texts } from "../texts.ts";

/** How a run stands. */
export function RunStatus({ status }: Pick<Run, "status">) {
  return <span className={`badge ${status}`}>{texts.runs.statuses[status]}</span>;
}
