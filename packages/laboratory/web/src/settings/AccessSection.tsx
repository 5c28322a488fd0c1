import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { AccessRules } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";

const CHOICES = ["", "signer", "admin"] as const;

/** What the laboratory demands of those who sign in, for an admin. */
export function AccessSection() {
  const words = texts.access;
  const { say } = useMessages();
  const { reload: reloadSession } = useSession();
  const { data, error, reload } = useLoaded<AccessRules>("/access");
  const [save, isBusy] = useAction(async (rules: AccessRules) => {
    const key = newKey();
    await withTries(() => send<AccessRules>("PUT", "/access", rules, key));
    say(words.rulesSet);
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
      <h2 id="accessRules">{words.rules}</h2>
      <LoadFault error={error} onAgain={reload} />
      {data && <p>{words.rulesNow(data)}</p>}
      {data && (
        <form key={JSON.stringify(data)} className="form" onSubmit={submit}>
          <div className="columns">
            <Field label={words.idleMinutes} hint={words.idleHint}>
              <input
                name="idleMinutes"
                type="number"
                min={1}
                max={720}
                step={1}
                defaultValue={data.idleMinutes ?? ""}
              />
            </Field>
            <Field label={words.codesFor}>
              <select name="codesFor" defaultValue={data.codesFor ?? ""}>
                {CHOICES.map((choice) => (
                  <option key={choice} value={choice}>
                    {words.codesForChoices[choice]}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <div className="row end">
            <button type="submit" className="primary" disabled={isBusy}>
              {words.rulesDo}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
