import type { CaseSummary } from "../api/types.ts";
import { ReasonForm } from "../case/ReasonForm.tsx";
import { t } from "../language/words.ts";

interface AmendFormProps {
  readonly caseId: string;
  readonly onAmended: (summary: CaseSummary) => void;
}

/** Opens a signed case again, for a reason; what was signed stays. */
export function AmendForm({ caseId, onAmended }: AmendFormProps) {
  return (
    <ReasonForm
      caseId={caseId}
      step="amend"
      label={t("report.reason")}
      button={t("report.amendDo")}
      className="card"
      onDone={onAmended}
    >
      <h2>{t("report.amend")}</h2>
      <p className="muted">{t("report.amendWhat")}</p>
    </ReasonForm>
  );
}
