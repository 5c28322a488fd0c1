import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary } from "../api/types.ts";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { useAction } from "../ui/useAction.ts";

interface VoidDialogProps {
  readonly caseId: string;
  readonly onVoided: (summary: CaseSummary) => void;
  readonly onClose: () => void;
}

/** Voids a case, for a reason. */
export function VoidDialog({ onClose, ...form }: VoidDialogProps) {
  return (
    <Dialog title={texts.case.voidTitle} onClose={onClose}>
      <VoidForm {...form} />
    </Dialog>
  );
}

function VoidForm({ caseId, onVoided }: Omit<VoidDialogProps, "onClose">) {
  const words = texts.case;
  const [run, isBusy] = useAction(async (reason: string) => {
    const key = newKey();
    const next = await withTries(() => send<CaseSummary>("POST", `/cases/${caseId}/void`, { reason }, key));
    focusNext(".tabs a");
    onVoided(next);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(String(new FormData(event.currentTarget).get("reason")));
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{words.voidWhat}</p>
      <Field label={words.voidReason}>
        <textarea name="reason" rows={2} required maxLength={2000} />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.voidConfirm}
        </button>
      </div>
    </form>
  );
}
