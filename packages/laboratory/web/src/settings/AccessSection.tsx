import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { AccessRules } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { accessWords } from "./settingWords.ts";

const CHOICES = ["", "signer", "admin"] as const;

/** What the laboratory demands of those who sign in, for an admin. */
export function AccessSection() {
  const { say } = useMessages();
  const { reload: reloadSession } = useSession();
  const { data, error, reload } = useLoaded<AccessRules>("/access");
  const [save, isBusy] = useAction(async (rules: AccessRules) => {
    const key = newKey();
    await withTries(() => send<AccessRules>("PUT", "/access", rules, key));
    say(t("access.rulesSet"));
    reload();
    reloadSession();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const minutes = String(fields.get("idleMinutes")).trim();
    const codesFor = CHOICES.find((one) => one === fields.get("codesFor"));
    void save({ idleMinutes: minutes === "" ? null : Number(minutes), codesFor: codesFor || null });
  };
  return (
    <section className="card" aria-labelledby="accessRules">
      <h2 id="accessRules">{t("access.rules")}</h2>
      <LoadFault error={error} onAgain={reload} />
      {data && <p>{accessWords(data)}</p>}
      {data && (
        <form key={JSON.stringify(data)} className="form" onSubmit={submit}>
          <div className="columns">
            <Field label={t("access.idleMinutes")} hint={t("access.idleHint")}>
              <input
                name="idleMinutes"
                type="number"
                min={1}
                max={720}
                step={1}
                defaultValue={data.idleMinutes ?? ""}
              />
            </Field>
            <Field label={t("access.codesFor")}>
              <select name="codesFor" defaultValue={data.codesFor ?? ""}>
                {CHOICES.map((choice) => (
                  <option key={choice} value={choice}>
                    {t(`access.codesForChoices.${choice === "" ? "none" : choice}`)}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <div className="row end">
            <button type="submit" className="primary" disabled={isBusy}>
              {t("access.rulesDo")}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
