import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Scale } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { scaleWords } from "../ui/scaleWords.ts";
import { useAction } from "../ui/useAction.ts";

/** How large this laboratory's pictures show a cell, which an admin may tell. */
export function ScaleSection() {
  const isAdmin = useMay("admin");
  const { say } = useMessages();
  const { data, error, reload } = useLoaded<{ scale: Scale | null }>("/scale");
  const [tell, isBusy] = useAction(async (scale: string | null) => {
    const key = newKey();
    await withTries(() => send("PUT", "/scale", { scale }, key));
    say(t("settings.scaleSet"));
    reload();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void tell(String(new FormData(event.currentTarget).get("scale")).trim());
  };
  return (
    <section className="card">
      <h2>{t("settings.scale")}</h2>
      <p>{t("settings.scaleWhat")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && (
        <p>{t("settings.scaleNow", { text: data.scale ? scaleWords(data.scale) : t("settings.scaleUnknown") })}</p>
      )}
      {isAdmin && (
        <form className="form" onSubmit={submit}>
          <Field label={t("settings.scaleField")} hint={t("settings.scaleHint")}>
            <input name="scale" required maxLength={100} autoComplete="off" />
          </Field>
          <div className="row end">
            {data?.scale && (
              <button type="button" disabled={isBusy} onClick={() => void tell(null)}>
                {t("settings.scaleMeasure")}
              </button>
            )}
            <button type="submit" className="primary" disabled={isBusy}>
              {t("settings.scaleTell")}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
