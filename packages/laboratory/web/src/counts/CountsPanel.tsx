import { useState } from "react";
import type { Differential } from "../api/types.ts";
import { reader } from "../language/words.ts";
import { texts } from "../texts.ts";
import { DifferentialTable } from "./DifferentialTable.tsx";
import { Subtypes } from "./Subtypes.tsx";

interface CountsPanelProps {
  readonly differential: Differential | undefined;
  /** Whether changes are not saved yet, so that the count does not have them. */
  readonly isBehind: boolean;
}

/** The differential count, which follows each correction. */
export function CountsPanel({ differential, isBehind }: CountsPanelProps) {
  const words = texts.counts;
  const [isBefore, setIsBefore] = useState(false);
  return (
    <section className="panel counts" aria-label={words.title} aria-busy={isBehind}>
      <div className="panelHead">
        <h2>{words.title}</h2>
        {isBehind && <span className="badge warning">{words.behind}</span>}
      </div>
      {differential === undefined ? (
        <p className="muted">{words.none}</p>
      ) : (
        <>
          <Warnings differential={differential} />
          <p aria-live="polite" aria-atomic="true">
            {words.summary(differential)}
          </p>
          <DifferentialTable differential={differential} isBefore={isBefore} />
          <Subtypes differential={differential} />
          <label className="check">
            <input type="checkbox" checked={isBefore} onChange={({ target }) => setIsBefore(target.checked)} />
            {words.showBefore}
          </label>
          <Flags differential={differential} />
        </>
      )}
    </section>
  );
}

/** What a reader must know before the count, in one box; nothing if there is nothing. */
export function Warnings({ differential }: { readonly differential: Differential }) {
  const { warnings, isUnreliable, sentences } = differential;
  if (warnings.length === 0) return null;
  const said = reader(sentences);
  return (
    <section className="notice error" aria-label={texts.counts.warnings}>
      {warnings.map((warning) => (
        <p key={warning}>{said(warning)}</p>
      ))}
      {isUnreliable && <p>{texts.counts.unreliable}</p>}
    </section>
  );
}

/** What is out of its range, and what else a reader should know. */
export function Flags({ differential }: { readonly differential: Differential }) {
  const said = reader(differential.sentences);
  const flags = differential.flags.filter((flag) => !differential.warnings.includes(flag));
  return (
    <>
      {flags.length > 0 && (
        <ul className="flags" aria-label={texts.counts.flags}>
          {flags.map((flag) => (
            <li key={flag}>{said(flag)}</li>
          ))}
        </ul>
      )}
      {differential.notes.length > 0 && (
        <ul className="notes" aria-label={texts.counts.notes}>
          {differential.notes.map((note) => (
            <li key={note}>{said(note)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
