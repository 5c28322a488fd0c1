import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import { ROLES } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

/** A new user. */
export function UserForm({ onMade }: { readonly onMade: () => void }) {
  const words = texts.settings;
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
      <Field label={words.name}>
        <input name="name" required maxLength={100} autoComplete="off" />
      </Field>
      <Field label={words.password} hint={words.passwordHint}>
        <input name="password" type="password" required minLength={12} autoComplete="new-password" />
      </Field>
      <Field label={words.role} hint={words.roleHint}>
        <select name="role" defaultValue="reviewer">
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {words.roles[role]}
            </option>
          ))}
        </select>
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.make}
        </button>
      </div>
    </form>
  );
}
