import { useEffect } from "react";
import type { CaseQueue, CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { texts } from "../texts.ts";

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
  const words = texts.case;
  return (
    <div className="caseProgress">
      {waiting > 0 && (
        <span className="row">
          <progress max={cells} value={cells - waiting} aria-label={words.classifying(cells - waiting, cells)} />
          <span className="figure">{words.classifying(cells - waiting, cells)}</span>
          <QueuePlace caseId={caseId} waiting={waiting} />
        </span>
      )}
      {cells > 0 && (
        <span className="row">
          <progress
            max={Math.max(1, cells - bad)}
            value={reviewed}
            aria-label={words.reviewed(reviewed, cells - bad)}
          />
          <span className="figure">{words.reviewed(reviewed, cells - bad)}</span>
        </span>
      )}
      {awaited > 0 && <span className="badge warning">{texts.upload.missingShort(awaited)}</span>}
      {bad > 0 && <span className="badge warning">{words.bad(bad)}</span>}
      {status !== "open" && <span className="badge">{words.frozen[status]}</span>}
      <span role="status" className={unsent > 0 ? "badge warning" : "muted saved"}>
        {unsent > 0 ? words.unsent(unsent) : cells > 0 ? words.saved : ""}
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
  return data?.place == null ? null : <span className="muted">{texts.case.queue(data)}</span>;
}
