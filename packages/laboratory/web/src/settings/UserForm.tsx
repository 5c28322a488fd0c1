import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import { ROLES } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

/** A new user. */
export function UserForm({ onMade }: { readonly onMade: () => void }) {
  const [make, isBusy] = useAction(async (form: HTMLFormElement) => {
    const body = Object.fromEntries(new FormData(form));
    const key = newKey();
    await withTries(() => send("POST", "/users", body, key));
    onMade();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void make(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("settings.name")}>
        <input name="name" required maxLength={100} autoComplete="off" />
      </Field>
      <Field label={t("settings.password")} hint={t("settings.passwordHint")}>
        <input name="password" type="password" required minLength={12} autoComplete="new-password" />
      </Field>
      <Field label={t("settings.role")} hint={t("settings.roleHint")}>
        <select name="role" defaultValue="reviewer">
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {t(`settings.roles.${role}`)}
            </option>
          ))}
        </select>
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("settings.make")}
        </button>
      </div>
    </form>
  );
}
