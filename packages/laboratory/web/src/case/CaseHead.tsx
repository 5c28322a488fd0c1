import { useState } from "react";
import type { CaseSummary } from "../api/types.ts";
import { useMay } from "../app/session.tsx";
import { CaseForm } from "../cases/CaseForm.tsx";
import { StatusBadge } from "../cases/StatusBadge.tsx";
import { VoidDialog } from "../cases/VoidDialog.tsx";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { formatDay, formatMoment } from "../ui/format.ts";

interface CaseHeadProps {
  readonly summary: CaseSummary;
  readonly modelName: string;
  /** The laboratory's, in words; undefined if it is not known. */
  readonly scale: string | undefined;
  readonly onChanged: (summary: CaseSummary) => void;
}

/** Name, status and facts of a case, and the way to change them until it is signed. */
export function CaseHead({ summary, modelName, scale, onChanged }: CaseHeadProps) {
  const [isEditing, setIsEditing] = useState(false);
  const [isVoiding, setIsVoiding] = useState(false);
  const mayReview = useMay("reviewer");
  const maySign = useMay("signer");
  const { leukocytes, age, sex, comment, signers } = summary;
  return (
    <div className="caseHead">
      <h1>{summary.name}</h1>
      <StatusBadge summary={summary} />
      {summary.status === "open" && summary.amendment !== null && (
        <p>{t("report.because", { reason: summary.amendment })}</p>
      )}
      {summary.voided !== null && <p>{t("case.voided", { reason: summary.voided })}</p>}
      <p className="facts muted">
        {[
          summary.patient,
          summary.birthDate === null ? undefined : t("case.born", { date: formatDay(summary.birthDate) }),
          leukocytes === null ? t("case.noLeukocytes") : t("case.leukocytes", { count: leukocytes }),
          age === null ? t("case.adult") : t("case.age", { years: age }),
          sex === null ? undefined : t(`case.sex.${sex}`),
          modelName,
          scale,
          signers === 2 ? t("case.twoSigners") : undefined,
          summary.assignee,
          summary.due === null ? undefined : t("plan.dueAt", { due: formatMoment(summary.due) }),
          comment === "" ? undefined : comment,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {mayReview && summary.status === "open" && (
        <button type="button" className="quiet small" onClick={() => setIsEditing(true)}>
          {t("case.edit")}
        </button>
      )}
      {maySign && summary.status !== "void" && (
        <button type="button" className="quiet small" onClick={() => setIsVoiding(true)}>
          {t("case.voidDo")}
        </button>
      )}
      {isVoiding && (
        <VoidDialog
          caseId={summary.id}
          onClose={() => setIsVoiding(false)}
          onVoided={(next) => {
            setIsVoiding(false);
            onChanged(next);
          }}
        />
      )}
      {isEditing && (
        <Dialog title={t("case.edit")} onClose={() => setIsEditing(false)}>
          <CaseForm
            summary={summary}
            onSaved={(next) => {
              setIsEditing(false);
              onChanged(next);
            }}
          />
        </Dialog>
      )}
    </div>
  );
}
