import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { User } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

/** A new password for a user, by an admin. */
export function PasswordForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { say } = useMessages();
  const [change, isBusy] = useAction(async (password: string) => {
    const key = newKey();
    await withTries(() => send("PATCH", `/users/${user.id}`, { password }, key));
    say(t("settings.passwordSet", { name: user.name }));
    onDone();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void change(String(new FormData(event.currentTarget).get("password")));
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{t("settings.passwordWhat")}</p>
      <Field label={t("settings.newPassword")} hint={t("settings.passwordHint")}>
        <input name="password" type="password" required minLength={12} maxLength={200} autoComplete="new-password" />
      </Field>
      <div className="row end">
        <button type="submit" className="primary" disabled={isBusy}>
          {t("settings.setPassword")}
        </button>
      </div>
    </form>
  );
}
