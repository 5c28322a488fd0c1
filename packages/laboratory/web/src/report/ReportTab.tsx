import { useRef } from "react";
import type { CaseSummary, Report } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { FaultArea } from "../app/FaultArea.tsx";
import { useMay, useSession } from "../app/session.tsx";
import { Flags, Warnings } from "../counts/CountsPanel.tsx";
import { summaryWords } from "../counts/countWords.ts";
import { DifferentialTable } from "../counts/DifferentialTable.tsx";
import { Subtypes } from "../counts/Subtypes.tsx";
import { t } from "../language/words.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { AmendForm } from "./AmendForm.tsx";
import { ReportList } from "./ReportList.tsx";
import { SignForm } from "./SignForm.tsx";
import { usePreview } from "./usePreview.ts";

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
  const { session } = useSession();
  const { preview, error, reload } = usePreview(summary);
  const first = useRef<CaseSummary>(undefined);
  first.current ??= preview?.summary;
  const reports = useLoaded<{ reports: Report[] }>(`/cases/${summary.id}/reports`, summary.revision);
  if (summary.isBlind) return <Notice>{t("report.blind")}</Notice>;
  const done = (next?: CaseSummary) => {
    first.current = next ?? first.current;
    onChanged(next);
  };
  const list = reports.data?.reports ?? [];
  const signed = list.at(-1);
  const hasSigned = signed?.signatures.some(({ by }) => by === session?.user) ?? false;
  // Until the reports are there, nobody knows who signed.
  const isKnown = summary.status === "open" || reports.data !== undefined;
  const obstacle = obstacleOf(summary, { maySign, hasSigned, isLocal: session?.isLocal ?? false });
  const isNew =
    summary.status === "open" && preview !== undefined && preview.summary.revision !== first.current?.revision;
  return (
    <div className="reportPage">
      <section className="column" aria-labelledby="preview">
        <div>
          <h2 id="preview">{summary.status === "open" ? t("report.preview") : t("report.signedCount")}</h2>
          <div role="status">{isNew && <Notice>{t("report.isNew")}</Notice>}</div>
        </div>
        <LoadFault error={error} onAgain={reload} />
        {preview !== undefined && (
          <>
            <Warnings differential={preview.differential} />
            <p>{summaryWords(preview.differential)}</p>
            <DifferentialTable differential={preview.differential} isBefore isWide />
            <Subtypes differential={preview.differential} />
            <Flags differential={preview.differential} />
            <dl className="facts">
              <dt>{t("report.reviewed")}</dt>
              <dd>{t("report.reviewedOf", { count: preview.summary.reviewed, of: preview.summary.cells })}</dd>
              <dt>{t("report.model")}</dt>
              <dd>{modelName}</dd>
              <dt>{t("report.comment")}</dt>
              <dd>{preview.summary.comment === "" ? "–" : preview.summary.comment}</dd>
            </dl>
          </>
        )}
      </section>
      <div className="column">
        {obstacle !== undefined && <Notice>{obstacle}</Notice>}
        {isKnown &&
          obstacle === undefined &&
          summary.status !== "signed" &&
          summary.status !== "void" &&
          maySign &&
          preview !== undefined && (
            <FaultArea>
              <SignForm preview={preview} signed={signed} unsent={unsent} onMoved={onChanged} onSigned={done} />
            </FaultArea>
          )}
        {summary.status !== "open" && summary.status !== "void" && maySign && (
          <FaultArea>
            <AmendForm caseId={summary.id} onAmended={done} />
          </FaultArea>
        )}
        <h2 id="signed" tabIndex={-1}>
          {t("report.list")}
        </h2>
        <LoadFault error={reports.error} onAgain={reports.reload} />
        {reports.data !== undefined && <ReportList reports={list} />}
      </div>
    </div>
  );
}

interface Signer {
  readonly maySign: boolean;
  readonly hasSigned: boolean;
  readonly isLocal: boolean;
}

// Why this reader can't sign now, so that nothing is offered that can only fail.
function obstacleOf({ status, secondReading }: CaseSummary, { maySign, hasSigned, isLocal }: Signer) {
  if (status === "signed") return undefined;
  if (status === "void") return t("case.frozen.void");
  if (!maySign) return t("report.maySignNot");
  if (secondReading === "going on") return t("report.isBeingRead");
  if (status === "signing" && hasSigned) return isLocal ? t("report.needsUsers") : t("report.hasSigned");
  return undefined;
}
