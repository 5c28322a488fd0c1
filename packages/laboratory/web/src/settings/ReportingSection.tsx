import type { FormEvent } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Reporting } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useMessages } from "../app/messages.tsx";
import { texts } from "../texts.ts";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useAction } from "../ui/useAction.ts";
import { commentLines, commentsOf, linesIn, nameLines, namesOf } from "./reportingLines.ts";

/** How the laboratory's reports look: letterhead, full names of signers, comments to choose from. */
export function ReportingSection() {
  const words = texts.settings;
  const { say } = useMessages();
  const { data, error, reload } = useLoaded<Reporting>("/reporting");
  const [save, isBusy] = useAction(async (form: HTMLFormElement) => {
    const text = (name: string) => String(new FormData(form).get(name) ?? "");
    const reporting: Reporting = {
      laboratory: text("laboratory").trim(),
      lines: linesIn(text("lines")),
      names: namesOf(text("names")),
      comments: commentsOf(text("comments")),
    };
    const key = newKey();
    await withTries(() => send("PUT", "/reporting", reporting, key));
    say(words.reportingSet);
    reload();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void save(event.currentTarget);
  };
  return (
    <section className="card">
      <h2>{words.reporting}</h2>
      <p>{words.reportingWhat}</p>
      <LoadFault error={error} onAgain={reload} />
      {data && (
        <form key={JSON.stringify(data)} className="form" onSubmit={submit}>
          <Field label={words.laboratory}>
            <input name="laboratory" maxLength={200} defaultValue={data.laboratory} autoComplete="off" />
          </Field>
          <Field label={words.letterhead} hint={words.letterheadHint}>
            <textarea name="lines" rows={3} defaultValue={data.lines.join("\n")} />
          </Field>
          <Field label={words.names} hint={words.namesHint}>
            <textarea name="names" rows={3} defaultValue={nameLines(data.names)} spellCheck={false} />
          </Field>
          <Field label={words.comments} hint={words.commentsHint}>
            <textarea name="comments" rows={6} defaultValue={commentLines(data.comments)} />
          </Field>
          <div className="row end">
            <button type="submit" className="primary" disabled={isBusy}>
              {words.reportingDo}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
