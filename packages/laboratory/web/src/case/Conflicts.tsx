import type { LabelConflict } from "../api/types.ts";
import { labelName, t } from "../language/words.ts";
import { focusNext } from "../ui/focusNext.ts";

interface ConflictsProps {
  readonly conflicts: readonly LabelConflict[];
  readonly onSettle: (conflict: LabelConflict, isMine: boolean) => void;
}

/** Cells that another reader labelled meanwhile, each with both labels and the choice between them; nothing if there are none. */
export function Conflicts({ conflicts, onSettle }: ConflictsProps) {
  if (conflicts.length === 0) return null;
  const settle = (conflict: LabelConflict, isMine: boolean) => {
    onSettle(conflict, isMine);
    focusNext(".conflicts button", '[role="gridcell"][tabindex="0"]');
  };
  return (
    <section className="notice warning" aria-label={t("conflicts.title")}>
      <p role="status">{t("conflicts.what")}</p>
      <ul className="conflicts">
        {conflicts.map((conflict) => {
          const { cell, number, wanted } = conflict;
          return (
            <li key={cell} className="row">
              <span>
                {theirs(conflict)}; {mine(wanted)}.
              </span>
              <button
                type="button"
                className="small"
                aria-label={t("conflicts.mineOf", { cell: number })}
                onClick={() => settle(conflict, true)}
              >
                {t("conflicts.mine")}
              </button>
              <button
                type="button"
                className="small"
                aria-label={t("conflicts.keepOf", { cell: number })}
                onClick={() => settle(conflict, false)}
              >
                {t("conflicts.keep")}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const theirs = ({ number: cell, by, label }: LabelConflict) =>
  label === null
    ? t("conflicts.removed", { cell })
    : t("conflicts.labelled", { cell, by: by ?? "", label: labelName(label) });

const mine = (wanted: LabelConflict["wanted"]) =>
  wanted === null ? t("conflicts.yoursRemoved") : t("conflicts.yours", { label: labelName(wanted) });
