import type { Run } from "../api/types.ts";
import { t } from "../language/words.ts";

/** How a run stands. */
export function RunStatus({ status }: Pick<Run, "status">) {
  return <span className={`badge ${status}`}>{t(`runs.statuses.${status}`)}</span>;
}
