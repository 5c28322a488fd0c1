import { useCallback, useEffect } from "react";
import type { ApiError } from "../api/client.ts";
import type { CaseSummary, Scale } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages, wordsOf } from "../app/messages.tsx";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { useModelNames } from "../models/useModelNames.ts";
import { ReportTab } from "../report/ReportTab.tsx";
import { useCaseStore } from "../review/useCaseStore.ts";
import { SecondReadingTab } from "../second/SecondReadingTab.tsx";
import { TrailList } from "../trail/TrailList.tsx";
import { scaleWords } from "../ui/scaleWords.ts";
import { CaseHead } from "./CaseHead.tsx";
import { CaseTabs } from "./CaseTabs.tsx";
import { ReviewTab } from "./ReviewTab.tsx";
import { useOthers } from "./useOthers.ts";

interface OpenCaseProps {
  readonly summary: CaseSummary;
  readonly tab: string;
  readonly onChanged: (summary?: CaseSummary) => void;
}

/** Head, tabs and the open tab of a case; what was labelled is sent whatever the tab. */
export function OpenCase({ summary, tab, onChanged }: OpenCaseProps) {
  const { fail } = useMessages();
  const { session } = useSession();
  const modelName = useModelNames()(summary.model);
  const { data: told } = useLoaded<{ scale: Scale | null }>("/scale", summary.revision);
  const scale = told?.scale ? scaleWords(told.scale) : undefined;
  const reading = summary.isBlind ? "second" : "first";
  const onRefused = useCallback(
    (error: ApiError, cells: number) => {
      fail(new Error(t("case.refused", { cells, why: wordsOf(error) })));
      onChanged();
    },
    [fail, onChanged],
  );
  const { store, state } = useCaseStore({ caseId: summary.id, reading, user: session?.user ?? "", onRefused });
  const isReview = tab === "review";
  // The review follows each cell separately.
  const isBehind = !isReview && state.revision > summary.revision;
  useEffect(() => {
    if (isBehind) onChanged();
  }, [isBehind, state.revision, summary.revision, onChanged]);
  const { unsent } = state;
  const others = useOthers(summary.id);
  return (
    <div className="casePage">
      <div className="caseTop">
        <CaseHead summary={summary} modelName={modelName} scale={scale} onChanged={onChanged} />
        <CaseTabs summary={summary} tab={tab} />
        <p role="status" className={others.length > 0 ? "badge" : undefined}>
          {others.length > 0 && t("case.alsoOpen", { names: others.join(", ") })}
        </p>
        {!isReview && unsent > 0 && (
          <p role="status" className="badge warning">
            {t("case.unsent", { count: unsent })}
          </p>
        )}
      </div>
      {isReview && <ReviewTab key={reading} summary={summary} store={store} state={state} onChanged={onChanged} />}
      {tab === "second" && <SecondReadingTab summary={summary} store={store} state={state} onChanged={onChanged} />}
      {tab === "report" && <ReportTab summary={summary} unsent={unsent} modelName={modelName} onChanged={onChanged} />}
      {tab === "trail" && <TrailList caseId={summary.id} />}
    </div>
  );
}
