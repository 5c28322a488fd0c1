import { useEffect, useRef } from "react";
import { API, newKey, send, withTries } from "../api/client.ts";
import type { Agreement, Label } from "../api/types.ts";
import { t } from "../language/words.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { useAction } from "../ui/useAction.ts";

interface DifferencesProps {
  readonly differences: Agreement["differences"];
  readonly caseId: string;
  readonly canSettle: boolean;
  readonly onSettled: () => void;
}

/** Cells that the readers called differently; settling one writes the first reading's label. */
export function Differences({ differences, caseId, canSettle, onSettled }: DifferencesProps) {
  const [settle, isBusy] = useAction(async (cell: string, label: Label) => {
    const key = newKey();
    const body = { reading: "first", changes: [{ cell, label }], via: "settle" };
    await withTries(() => send("POST", `/cases/${caseId}/labels`, body, key));
    place.current = differences.findIndex((one) => one.cell === cell);
    onSettled();
  });
  const list = useRef<HTMLUListElement>(null);
  const place = useRef(-1);
  // What was settled leaves the list, and the focus goes to what is in its place.
  useEffect(() => {
    if (place.current < 0 || document.activeElement !== document.body) return;
    const rows = list.current?.children ?? [];
    const row = rows[Math.min(place.current, differences.length - 1)];
    (row?.querySelector("button") ?? document.getElementById("differences"))?.focus();
    place.current = -1;
  }, [differences]);
  if (differences.length === 0) return <p className="muted">{t("second.noDifferences")}</p>;
  return (
    <ul ref={list} className="differences">
      {differences.map(({ cell, number, first, second }) => (
        <li key={cell}>
          <img src={`${API}/cells/${cell}/image`} alt={t("second.cell", { count: number })} />
          <span>{t("second.cell", { count: number })}</span>
          {[first, second].map((label, i) =>
            canSettle ? (
              <button key={label} type="button" disabled={isBusy} onClick={() => void settle(cell, label)}>
                {i === 0 ? t("second.first") : t("second.second")} <LabelBadge label={label} withName />
                <span className="unseen">{t("second.settle", { cell: number })}</span>
              </button>
            ) : (
              <span key={label}>
                {i === 0 ? t("second.first") : t("second.second")} <LabelBadge label={label} withName />
              </span>
            ),
          )}
        </li>
      ))}
    </ul>
  );
}
