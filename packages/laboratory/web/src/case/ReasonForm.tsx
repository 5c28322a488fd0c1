import type { FormEvent, ReactNode } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary } from "../api/types.ts";
import { Field } from "../ui/Field.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { useAction } from "../ui/useAction.ts";

interface ReasonFormProps {
  readonly caseId: string;
  readonly step: "amend" | "void" | "cells/move";
  /** What the step takes beside the reason. */
  readonly more?: (fields: FormData) => object;
  readonly label: string;
  readonly button: string;
  /** Beside "form". */
  readonly className?: string;
  readonly isPrimary?: boolean;
  readonly onDone: (summary: CaseSummary) => void;
  /** What stands above the field. */
  readonly children: ReactNode;
}

/** Takes a case a step that needs a reason. */
export function ReasonForm(props: ReasonFormProps) {
  const { caseId, step, more = () => ({}), label, button, className = "", isPrimary = false, onDone, children } = props;
  const [run, isBusy] = useAction(async (fields: FormData) => {
    const key = newKey();
    const body = { ...more(fields), reason: String(fields.get("reason")) };
    const summary = await withTries(() => send<CaseSummary>("POST", `/cases/${caseId}/${step}`, body, key));
    focusNext(".tabs a");
    onDone(summary);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(new FormData(event.currentTarget));
  };
  return (
    <form className={`form ${className}`} onSubmit={submit}>
      {children}
      <Field label={label}>
        <textarea name="reason" rows={2} required maxLength={2000} />
      </Field>
      <div className="row end">
        <button type="submit" className={isPrimary ? "primary" : undefined} disabled={isBusy}>
          {button}
        </button>
      </div>
    </form>
  );
}
