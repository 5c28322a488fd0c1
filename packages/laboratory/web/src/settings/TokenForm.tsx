import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Scope } from "../api/types.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { useAction } from "../ui/useAction.ts";

const SCOPES: readonly Scope[] = ["read", "review", "sign", "admin", "infer"];
const DAYS = [7, 30, 90, 365];

/** A new token: its name, what it may do, and how long. */
export function TokenForm({ onMade }: { readonly onMade: (secret: string) => void }) {
  const [make, isBusy] = useAction(async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const body = {
      name: String(fields.get("name")),
      scopes: fields.getAll("scopes").map(String),
      days: Number(fields.get("days")),
    };
    const key = newKey();
    const { secret } = await withTries(() => send<{ secret: string }>("POST", "/tokens", body, key));
    onMade(secret);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void make(event.currentTarget);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t("settings.name")} hint={t("settings.tokenNameHint")}>
        <input name="name" required maxLength={100} autoComplete="off" />
      </Field>
      <fieldset className="checks">
        <legend className="fieldLabel">{t("settings.scopes")}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} className="check">
            <input type="checkbox" name="scopes" value={scope} defaultChecked={scope === "read"} />
            {t(`settings.scopeNames.${scope}`)}
          </label>
        ))}
      </fieldset>
      <Field label={t("settings.expires")}>
        <select name="days" defaultValue="90">
          {DAYS.map((days) => (
            <option key={days} value={days}>
              {t("settings.days", { days })}
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
