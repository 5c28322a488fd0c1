import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { User } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

/** A new password for a user, by an admin. */
export function PasswordForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const words = texts.settings;
  const { say } = useMessages();
  const [change, isBusy] = useAction(async (password: string) => {
    const key = newKey();
    await withTries(() => send("PATCH", `/users/${user.id}`, { password }, key));
    say(words.passwordSet(user.name));
    onDone();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void change(String(new FormData(event.currentTarget).get("password")));
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{words.passwordWhat}</p>
      <Field label={words.newPassword} hint={words.passwordHint}>
        <input name="password" type="password" required minLength={12} maxLength={200} autoComplete="new-password" />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.setPassword}
        </button>
      </div>
    </form>
  );
}
