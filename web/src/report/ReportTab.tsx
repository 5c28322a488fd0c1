import type { CaseSummary, Differential, Report } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMay } from "../app/session.tsx";
import { Flags } from "../counts/CountsPanel.tsx";
import { DifferentialTable } from "../counts/DifferentialTable.tsx";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { AmendForm } from "./AmendForm.tsx";
import { ReportList } from "./ReportList.tsx";
import { SignForm } from "./SignForm.tsx";

interface ReportTabProps {
  readonly summary: CaseSummary;
  /** Labels that are not saved yet. */
  readonly unsent: number;
  readonly modelName: string;
  readonly onChanged: (summary?: CaseSummary) => void;
}

/** What would be signed, signing it, amending it, and what was signed. */
export function ReportTab({ summary, unsent, modelName, onChanged }: ReportTabProps) {
  const maySign = useMay("signer");
  const count = useLoaded<Differential>(summary.isBlind ? undefined : `/cases/${summary.id}/differential`);
  const reports = useLoaded<{ reports: Report[] }>(`/cases/${summary.id}/reports`);
  const words = texts.report;
  if (summary.isBlind) return <Notice>{words.blind}</Notice>;
  const done = (next?: CaseSummary) => {
    reports.reload();
    count.reload();
    onChanged(next);
  };
  const list = reports.data?.reports ?? [];
  const { data } = count;
  return (
    <div className="reportPage">
      <section className="column" aria-labelledby="preview">
        <h2 id="preview">{summary.status === "open" ? words.preview : words.signedCount}</h2>
        <LoadFault error={count.error} onAgain={count.reload} />
        {data !== undefined && (
          <>
            <p>{texts.counts.summary(data)}</p>
            <DifferentialTable differential={data} isBefore isWide />
            <Flags differential={data} />
            <dl className="facts">
              <dt>{words.reviewed}</dt>
              <dd>{words.reviewedOf(summary.reviewed, summary.cells)}</dd>
              <dt>{words.model}</dt>
              <dd>{modelName}</dd>
              <dt>{words.comment}</dt>
              <dd>{summary.comment === "" ? "–" : summary.comment}</dd>
            </dl>
          </>
        )}
      </section>
      <div className="column">
        {summary.status !== "signed" && maySign && data !== undefined && (
          <SignForm summary={summary} differential={data} signed={list.at(-1)} unsent={unsent} onSigned={done} />
        )}
        {summary.status !== "signed" && !maySign && <Notice>{words.maySignNot}</Notice>}
        {summary.status !== "open" && maySign && <AmendForm caseId={summary.id} onAmended={done} />}
        <h2>{words.list}</h2>
        <LoadFault error={reports.error} onAgain={reports.reload} />
        <ReportList reports={list} />
      </div>
    </div>
  );
}
