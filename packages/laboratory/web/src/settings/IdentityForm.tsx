import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { User } from "../api/types.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

/** What the identity provider calls a user, by an admin. */
export function IdentityForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const [change, isBusy] = useAction(async (form: HTMLFormElement) => {
    const identity = String(new FormData(form).get("identity")).trim() || null;
    const key = newKey();
    await withTries(() => send("PATCH", `/users/${user.id}`, { identity }, key));
    onDone();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void change(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("access.identity")} hint={t("access.identityWhat")}>
        <input name="identity" maxLength={300} autoComplete="off" defaultValue={user.identity ?? ""} />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("access.identitySet")}
        </button>
      </div>
    </form>
  );
}
