import type { CaseSummary } from "../api/types.ts";
import { ReasonForm } from "../case/ReasonForm.tsx";
import { texts } from "../texts.ts";

interface AmendFormProps {
  readonly caseId: string;
  readonly onAmended: (summary: CaseSummary) => void;
}

/** Opens a signed case again, for a reason; what was signed stays. */
export function AmendForm({ caseId, onAmended }: AmendFormProps) {
  const words = texts.report;
  return (
    <ReasonForm
      caseId={caseId}
      step="amend"
      label={words.reason}
      button={words.amendDo}
      className="card"
      onDone={onAmended}
    >
      <h2>{words.amend}</h2>
      <p className="muted">{words.amendWhat}</p>
    </ReasonForm>
  );
}
