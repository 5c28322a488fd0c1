import { cropWords, oneClassNotes } from "leukogram/cells/cropCounts";
import { groupOf, tallyOf } from "leukogram/review/count";
import { type FormEvent, useId } from "react";
import { texts } from "../texts.ts";
import { asSentence } from "../ui/format.ts";
import { type PrivateState, privateStore } from "./privateStore.ts";

/** How large the images show a cell: told by the reader or measured, and what is to be said of it. */
export function ScaleBar({ state }: { readonly state: PrivateState }) {
  const words = texts.private;
  const [hint, fault] = [useId(), useId()];
  const { cells, scale, scaleError, told } = state;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    privateStore.tellScale(String(new FormData(event.currentTarget).get("scale")));
  };
  const answers = cells.flatMap(({ crop, predicted }) => (crop === null || predicted === null ? [] : [predicted]));
  const notes =
    scale === undefined || cells.length === 0
      ? []
      : [
          ...scale.notes,
          ...cropWords(tallyOf(cells.map(groupOf)).crops),
          ...(scale.source === "nuclei" ? oneClassNotes(answers) : []),
        ];
  return (
    <section className="scaleBar" aria-label={words.scale}>
      <form className="uploadBar" onSubmit={submit}>
        <label className="choice">
          <span>{words.scale}</span>
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
          {words.scaleTell}
        </button>
        <span id={hint} className="hint">
          {words.scaleHint}
        </span>
      </form>
      {scaleError !== undefined && (
        <p id={fault} className="fault" role="alert">
          {asSentence(scaleError)}
        </p>
      )}
      {scale !== undefined && (cells.length > 0 || scale.text !== null) && (
        <p role="status">{words.scaleNow(scale.text)}</p>
      )}
      {notes.length > 0 && (
        <ul className="notes" aria-label={words.scaleNotes}>
          {notes.map((note) => (
            <li key={note}>{words.said(note)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
