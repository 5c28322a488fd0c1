import { LANGUAGE_NAMES, LANGUAGES, type Language } from "@leukogram/laboratory/messages/language";
import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Reporting } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { t } from "../language/words.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { commentLines, commentsOf, linesIn, nameLines, namesOf } from "./reportingLines.ts";

/** How the laboratory's reports look: letterhead, full names of signers, comments to choose from. */
export function ReportingSection() {
  const { say } = useMessages();
  const { data, error, reload } = useLoaded<Reporting>("/reporting");
  const [save, isBusy] = useAction(async (form: HTMLFormElement) => {
    const text = (name: string) => String(new FormData(form).get(name) ?? "");
    const reporting: Reporting = {
      language: text("language") as Language,
      laboratory: text("laboratory").trim(),
      lines: linesIn(text("lines")),
      names: namesOf(text("names")),
      comments: commentsOf(text("comments")),
    };
    const key = newKey();
    await withTries(() => send("PUT", "/reporting", reporting, key));
    say(t("settings.reportingSet"));
    reload();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void save(event.currentTarget);
  };
  return (
    <section className="card">
      <h2>{t("settings.reporting")}</h2>
      <p>{t("settings.reportingWhat")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && (
        <form key={JSON.stringify(data)} className="form" onSubmit={submit}>
          <Field label={t("settings.language")} hint={t("settings.languageHint")}>
            <select name="language" defaultValue={data.language}>
              {LANGUAGES.map((language) => (
                <option key={language} value={language} lang={language}>
                  {LANGUAGE_NAMES[language]}
                </option>
              ))}
            </select>
          </Field>
          <Field label={t("settings.laboratory")}>
            <input name="laboratory" maxLength={200} defaultValue={data.laboratory} autoComplete="off" />
          </Field>
          <Field label={t("settings.letterhead")} hint={t("settings.letterheadHint")}>
            <textarea name="lines" rows={3} defaultValue={data.lines.join("\n")} />
          </Field>
          <Field label={t("settings.names")} hint={t("settings.namesHint")}>
            <textarea name="names" rows={3} defaultValue={nameLines(data.names)} spellCheck={false} />
          </Field>
          <Field label={t("settings.comments")} hint={t("settings.commentsHint")}>
            <textarea name="comments" rows={6} defaultValue={commentLines(data.comments)} />
          </Field>
          <div className="row end">
            <button type="submit" className="primary" disabled={isBusy}>
              {t("settings.reportingDo")}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
