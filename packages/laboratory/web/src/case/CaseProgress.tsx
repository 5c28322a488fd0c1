import { useEffect } from "react";
import type { CaseQueue, CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { queueWords } from "./queueWords.ts";

interface CaseProgressProps {
  readonly caseId: string;
  readonly counts: Pick<CaseSummary, "cells" | "reviewed" | "waiting" | "bad">;
  readonly unsent: number;
  /** Files of uploads that have not arrived. */
  readonly awaited: number;
  readonly status: CaseSummary["status"];
}

/** How far classification and review are, and what is not saved yet. */
export function CaseProgress({ caseId, counts, unsent, awaited, status }: CaseProgressProps) {
  const { cells, waiting, bad, reviewed } = counts;
  return (
    <div className="caseProgress">
      {waiting > 0 && (
        <span className="row">
          <progress
            max={cells}
            value={cells - waiting}
            aria-label={t("case.classifying", { done: cells - waiting, of: cells })}
          />
          <span className="figure">{t("case.classifying", { done: cells - waiting, of: cells })}</span>
          <QueuePlace caseId={caseId} waiting={waiting} />
        </span>
      )}
      {cells > 0 && (
        <span className="row">
          <progress
            max={Math.max(1, cells - bad)}
            value={reviewed}
            aria-label={t("case.reviewed", { done: reviewed, of: cells - bad })}
          />
          <span className="figure">{t("case.reviewed", { done: reviewed, of: cells - bad })}</span>
        </span>
      )}
      {awaited > 0 && <span className="badge warning">{t("upload.missingShort", { count: awaited })}</span>}
      {bad > 0 && <span className="badge warning">{t("case.bad", { count: bad })}</span>}
      {status !== "open" && <span className="badge">{t(`case.frozen.${status}`)}</span>}
      <span role="status" className={unsent > 0 ? "badge warning" : "muted saved"}>
        {unsent > 0 ? t("case.unsent", { count: unsent }) : cells > 0 ? t("case.saved") : ""}
      </span>
    </div>
  );
}

/** Milliseconds between looks at the queue, in which other cases move too. */
const EVERY = 5000;

/** Where the case stands among those that wait for the model, and how long it will take. */
function QueuePlace({ caseId, waiting }: { readonly caseId: string; readonly waiting: number }) {
  const { data, reload } = useLoaded<CaseQueue>(`/cases/${caseId}/queue`, waiting);
  useEffect(() => {
    const timer = setInterval(reload, EVERY);
    return () => clearInterval(timer);
  }, [reload]);
  return data?.place == null ? null : <span className="muted">{queueWords(data)}</span>;
}
