import type { LabelConflict } from "../api/types.ts";
import { texts } from "../texts.ts";
import { focusNext } from "../ui/focusNext.ts";

interface ConflictsProps {
  readonly conflicts: readonly LabelConflict[];
  readonly onSettle: (conflict: LabelConflict, isMine: boolean) => void;
}

/** Cells that another reader labelled meanwhile, each with both labels and the choice between them; nothing if there are none. */
export function Conflicts({ conflicts, onSettle }: ConflictsProps) {
  const words = texts.conflicts;
  if (conflicts.length === 0) return null;
  const settle = (conflict: LabelConflict, isMine: boolean) => {
    onSettle(conflict, isMine);
    focusNext(".conflicts button", '[role="gridcell"][tabindex="0"]');
  };
  return (
    <section className="notice warning" aria-label={words.title}>
      <p role="status">{words.what}</p>
      <ul className="conflicts">
        {conflicts.map((conflict) => {
          const { cell, number, by, label, wanted } = conflict;
          return (
            <li key={cell} className="row">
              <span>
                {words.labelled(number, by, label)}; {words.yours(wanted)}.
              </span>
              <button
                type="button"
                className="small"
                aria-label={words.mineOf(number)}
                onClick={() => settle(conflict, true)}
              >
                {words.mine}
              </button>
              <button
                type="button"
                className="small"
                aria-label={words.keepOf(number)}
                onClick={() => settle(conflict, false)}
              >
                {words.keep}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
