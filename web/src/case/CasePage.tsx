import { useCallback, useEffect, useRef, useState } from "react";
import type { CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useModelNames } from "../models/useModelNames.ts";
import { ReportTab } from "../report/ReportTab.tsx";
import { SecondReadingTab } from "../second/SecondReadingTab.tsx";
import { texts } from "../texts.ts";
import { TrailList } from "../trail/TrailList.tsx";
import { PageNotReady } from "../ui/PageNotReady.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { CaseHead } from "./CaseHead.tsx";
import { CaseTabs } from "./CaseTabs.tsx";
import { ReviewTab } from "./ReviewTab.tsx";

interface CasePageProps {
  readonly caseId: string;
  readonly tab: string;
}

/** One case: what is known of it, and its review, second reading, report and trail. */
export function CasePage({ caseId, tab }: CasePageProps) {
  const { data, error, reload } = useLoaded<CaseSummary>(`/cases/${caseId}`);
  const [changed, setChanged] = useState<CaseSummary>();
  // What a change answered is newer than what was loaded before it.
  const summary = changed !== undefined && changed.revision > (data?.revision ?? -1) ? changed : data;
  const nameOf = useModelNames();
  usePageTitle(summary && `${summary.name} · ${texts.case.tabs[tab as "review"] ?? ""}`);
  // What was reviewed is known here only after a look.
  const opened = useRef(tab);
  useEffect(() => {
    if (opened.current !== tab) reload();
    opened.current = tab;
  }, [tab, reload]);
  const onChanged = useCallback(
    (next?: CaseSummary) => {
      if (next) setChanged(next);
      reload();
    },
    [reload],
  );
  if (summary === undefined) return <PageNotReady error={error} onAgain={reload} />;
  const modelName = nameOf(summary.model);
  return (
    <div className="casePage">
      <div className="caseTop">
        <CaseHead summary={summary} modelName={modelName} onChanged={onChanged} />
        <CaseTabs summary={summary} tab={tab} />
      </div>
      {tab === "review" && (
        <ReviewTab key={summary.isBlind ? "second" : "first"} summary={summary} onChanged={onChanged} />
      )}
      {tab === "second" && <SecondReadingTab summary={summary} onChanged={onChanged} />}
      {tab === "report" && <ReportTab summary={summary} modelName={modelName} onChanged={onChanged} />}
      {tab === "trail" && <TrailList caseId={caseId} />}
    </div>
  );
}
