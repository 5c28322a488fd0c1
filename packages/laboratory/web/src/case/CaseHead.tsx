import { useState } from "react";
import type { CaseSummary } from "../api/types.ts";
import { useMay } from "../app/session.tsx";
import { CaseForm } from "../cases/CaseForm.tsx";
import { StatusBadge } from "../cases/StatusBadge.tsx";
import { VoidDialog } from "../cases/VoidDialog.tsx";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { formatMoment } from "../ui/format.ts";

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
  const words = texts.case;
  return (
    <div className="caseHead">
      <h1>{summary.name}</h1>
      <StatusBadge summary={summary} />
      {summary.status === "open" && summary.amendment !== null && <p>{texts.report.because(summary.amendment)}</p>}
      {summary.voided !== null && <p>{words.voided(summary.voided)}</p>}
      <p className="facts muted">
        {[
          summary.patient,
          summary.birthDate === null ? undefined : words.born(summary.birthDate),
          leukocytes === null ? words.noLeukocytes : words.leukocytes(leukocytes),
          age === null ? words.adult : words.age(age),
          sex === null ? undefined : words.sex[sex],
          modelName,
          scale,
          signers === 2 ? words.twoSigners : undefined,
          summary.assignee,
          summary.due === null ? undefined : texts.plan.dueAt(formatMoment(summary.due)),
          comment === "" ? undefined : comment,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {mayReview && summary.status === "open" && (
        <button type="button" className="quiet small" onClick={() => setIsEditing(true)}>
          {words.edit}
        </button>
      )}
      {maySign && summary.status !== "void" && (
        <button type="button" className="quiet small" onClick={() => setIsVoiding(true)}>
          {words.voidDo}
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
        <Dialog title={words.edit} onClose={() => setIsEditing(false)}>
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
