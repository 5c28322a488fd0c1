import { newKey, send, withTries } from "../api/client.ts";
import type { Agreement, CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { go } from "../app/router.ts";
import { useMay } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { AgreementView } from "./AgreementView.tsx";

interface SecondReadingTabProps {
  readonly summary: CaseSummary;
  /** Labels of the first reading that are not saved yet. */
  readonly unsent: number;
  readonly onChanged: (summary?: CaseSummary) => void;
}

/** A second, blind reading: what it is, the way to start it, and how the two agree. */
export function SecondReadingTab({ summary, unsent, onChanged }: SecondReadingTabProps) {
  const isFinished = summary.secondReading === "finished";
  const { data, error, reload } = useLoaded<Agreement>(isFinished ? `/cases/${summary.id}/agreement` : undefined);
  const mayReview = useMay("reviewer");
  const words = texts.second;
  const [start, isBusy] = useAction(async () => {
    const key = newKey();
    onChanged(await withTries(() => send<CaseSummary>("POST", `/cases/${summary.id}/second-reading`, {}, key)));
    go("cases", summary.id, "review");
  });
  return (
    <div className="column">
      {summary.secondReading === "none" && (
        <>
          <p>{words.what}</p>
          {mayReview && summary.status === "open" && (
            <p>
              <button
                type="button"
                className="primary"
                disabled={isBusy || summary.cells === 0 || unsent > 0}
                onClick={() => void start()}
              >
                {words.start}
              </button>
            </p>
          )}
          {unsent > 0 && <Notice kind="warning">{texts.case.waitForUnsent(unsent)}</Notice>}
        </>
      )}
      {summary.secondReading === "going on" && <p>{summary.isBlind ? words.yours : words.others}</p>}
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
