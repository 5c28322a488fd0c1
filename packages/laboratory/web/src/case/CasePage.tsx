import { useCallback, useEffect, useRef, useState } from "react";
import type { CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { PageNotReady } from "../ui/PageNotReady.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { OpenCase } from "./OpenCase.tsx";

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
  usePageTitle(summary && `${summary.name} · ${t(`case.tabs.${tab as "review"}`) ?? ""}`);
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
  return <OpenCase summary={summary} tab={tab} onChanged={onChanged} />;
}
