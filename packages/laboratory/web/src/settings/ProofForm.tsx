import type { FormEvent } from "react";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

interface ProofFormProps {
  readonly button: string;
  readonly onProof: (proof: { readonly password?: string }) => Promise<void>;
}

/** Asks for the password before something is done; who came from the identity provider may leave it out for some minutes. */
export function ProofForm({ button, onProof }: ProofFormProps) {
  const { session } = useSession();
  const [prove, isBusy] = useAction(async (form: HTMLFormElement) => {
    const password = String(new FormData(form).get("password"));
    await onProof(password === "" ? {} : { password });
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void prove(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("access.password")}>
        <input name="password" type="password" required={!session?.isFromProvider} autoComplete="current-password" />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {button}
        </button>
      </div>
    </form>
  );
}
