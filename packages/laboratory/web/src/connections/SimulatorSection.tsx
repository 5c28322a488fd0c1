import { type FormEvent, useState } from "react";
import { get } from "../api/client.ts";
import type { CaseSummary, MessagePreview } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { MessageLines } from "./MessageLines.tsx";

/** Shows the message of a case without sending it. */
export function SimulatorSection() {
  const { data, error, reload } = useLoaded<{ cases: CaseSummary[] }>("/cases?limit=200");
  const [shown, setShown] = useState<MessagePreview & { name: string }>();
  const [show, isBusy] = useAction(async (id: string) => {
    setShown(undefined);
    const preview = await get<MessagePreview>(`/connections/preview?case=${id}`);
    setShown({ ...preview, name: data!.cases.find((one) => one.id === id)!.name });
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void show(String(new FormData(event.currentTarget).get("case")));
  };
  return (
    <section className="card" aria-labelledby="simulator">
      <h2 id="simulator">{t("connections.simulator")}</h2>
      <p className="muted">{t("connections.simulatorWhat")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data?.cases.length === 0 && <p className="muted">{t("cases.none")}</p>}
      {data !== undefined && data.cases.length > 0 && (
        <form className="form" onSubmit={submit}>
          <Field label={t("connections.case")}>
            <select name="case">
              {data.cases.map(({ id, name, status }) => (
                <option key={id} value={id}>
                  {`${name} (${t(`cases.status.${status}`)})`}
                </option>
              ))}
            </select>
          </Field>
          <div className="row end">
            <button type="submit" disabled={isBusy}>
              {t("connections.show")}
            </button>
          </div>
        </form>
      )}
      <div aria-live="polite">
        {shown !== undefined && (
          <>
            {shown.notes.map((note) => (
              <p key={note}>{note}</p>
            ))}
            <MessageLines label={t("connections.shown", { name: shown.name })} lines={shown.lines} />
          </>
        )}
      </div>
    </section>
  );
}
