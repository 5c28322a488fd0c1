import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary } from "../api/types.ts";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { useAction } from "../ui/useAction.ts";

interface AmendFormProps {
  readonly caseId: string;
  readonly onAmended: (summary: CaseSummary) => void;
}

/** Opens a signed case again, for a reason; what was signed stays. */
export function AmendForm({ caseId, onAmended }: AmendFormProps) {
  const words = texts.report;
  const [amend, isBusy] = useAction(async (reason: string) => {
    const key = newKey();
    const summary = await withTries(() => send<CaseSummary>("POST", `/cases/${caseId}/amend`, { reason }, key));
    focusNext(".tabs a");
    onAmended(summary);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void amend(String(new FormData(event.currentTarget).get("reason")));
  };
  return (
    <form className="form card" onSubmit={submit}>
      <h2>{words.amend}</h2>
      <p className="muted">{words.amendWhat}</p>
      <Field label={words.reason}>
        <textarea name="reason" rows={2} required maxLength={2000} />
      </Field>
      <div className="row end">
        <button type="submit" disabled={isBusy}>
          {words.amendDo}
        </button>
      </div>
    </form>
  );
}
