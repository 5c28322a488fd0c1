import { useEffect } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Agreement, CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { go } from "../app/router.ts";
import { useMay, useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import type { CaseState, CaseStore } from "../review/caseStore.ts";
import { focusNext } from "../ui/focusNext.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { AgreementView } from "./AgreementView.tsx";

interface SecondReadingTabProps {
  readonly summary: CaseSummary;
  readonly store: CaseStore;
  readonly state: CaseState;
  readonly onChanged: (summary?: CaseSummary) => void;
}

/** A second, blind reading: what it is, the way to start it, and how the two agree. */
export function SecondReadingTab({ summary, store, state, onChanged }: SecondReadingTabProps) {
  const isFinished = summary.secondReading === "finished";
  const { data, error, reload } = useLoaded<Agreement>(isFinished ? `/cases/${summary.id}/agreement` : undefined);
  const mayReview = useMay("reviewer");
  const { session } = useSession();
  const mayStart = mayReview && summary.secondReading === "none" && summary.status === "open";
  const { unsent, cells, isLoaded } = state;
  // Who labelled in the first reading, the cells say; if there are no users, one may do both.
  const isAsked = mayStart && session?.isLocal === false;
  useEffect(() => {
    if (isAsked) void store.load();
  }, [isAsked, store]);
  const didFirst = isAsked && cells.some(({ labelledBy }) => labelledBy === session.user);
  const [start, isBusy] = useAction(async () => {
    const key = newKey();
    onChanged(await withTries(() => send<CaseSummary>("POST", `/cases/${summary.id}/second-reading`, {}, key)));
    focusNext('[role="gridcell"][tabindex="0"]');
    go("cases", summary.id, "review");
  });
  return (
    <div className="column">
      {summary.secondReading === "none" && (
        <>
          <p>{t("second.what")}</p>
          {!mayReview && <Notice>{t("second.mayNot")}</Notice>}
          {didFirst && <Notice>{t("second.youReadFirst")}</Notice>}
          <LoadFault error={isAsked ? state.error : undefined} onAgain={() => void store.load()} />
          {mayStart && !didFirst && (
            <p>
              <button
                type="button"
                className="primary"
                disabled={isBusy || (isAsked && !isLoaded) || summary.cells === 0 || unsent > 0}
                onClick={() => void start()}
              >
                {t("second.start")}
              </button>
            </p>
          )}
          {unsent > 0 && <Notice kind="warning">{t("case.waitForUnsent", { count: unsent })}</Notice>}
        </>
      )}
      {summary.secondReading === "going on" && <p>{summary.isBlind ? t("second.yours") : t("second.others")}</p>}
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && (
        <AgreementView
          agreement={data}
          summary={summary}
          onSettled={reload}
          canSettle={mayReview && summary.status === "open"}
        />
      )}
    </div>
  );
}
