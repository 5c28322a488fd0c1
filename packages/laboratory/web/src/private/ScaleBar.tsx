import { cropSentences, oneClassNotes } from "leukogram/cells/cropCounts";
import { groupOf, tallyOf } from "leukogram/review/count";
import { type FormEvent, useId } from "react";
import { reader, t } from "../language/words.ts";
import { asSentence } from "../ui/format.ts";
import { type PrivateState, privateStore } from "./privateStore.ts";
import { scaleNowWords } from "./privateWords.ts";

/** How large the images show a cell: told by the reader or measured, and what is to be said of it. */
export function ScaleBar({ state }: { readonly state: PrivateState }) {
  const [hint, fault] = [useId(), useId()];
  const { cells, scale, scaleError, told } = state;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    privateStore.tellScale(String(new FormData(event.currentTarget).get("scale")));
  };
  const answers = cells.flatMap(({ crop, predicted }) => (crop === null || predicted === null ? [] : [predicted]));
  const crops = cropSentences(tallyOf(cells.map(groupOf)).crops);
  const said = reader(crops);
  const notes =
    scale === undefined || cells.length === 0
      ? []
      : [
          ...scale.notes,
          ...crops.map(({ text }) => text),
          ...(scale.source === "nuclei" ? oneClassNotes(answers) : []),
        ];
  return (
    <section className="scaleBar" aria-label={t("private.scale")}>
      <form className="uploadBar" onSubmit={submit}>
        <label className="choice">
          <span>{t("private.scale")}</span>
          <input
            name="scale"
            size={9}
            maxLength={100}
            autoComplete="off"
            spellCheck={false}
            defaultValue={told ?? ""}
            aria-invalid={scaleError !== undefined}
            aria-describedby={scaleError === undefined ? hint : `${fault} ${hint}`}
          />
        </label>
        <button type="submit" disabled={state.status !== "ready"}>
          {t("private.scaleTell")}
        </button>
        <span id={hint} className="hint">
          {t("private.scaleHint")}
        </span>
      </form>
      {scaleError !== undefined && (
        <p id={fault} className="fault" role="alert">
          {asSentence(scaleError)}
        </p>
      )}
      {scale !== undefined && (cells.length > 0 || scale.scale !== null) && <p role="status">{scaleNowWords(scale)}</p>}
      {notes.length > 0 && (
        <ul className="notes" aria-label={t("private.scaleNotes")}>
          {notes.map((note) => (
            <li key={note}>{said(note.replaceAll("--scale ", ""))}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
