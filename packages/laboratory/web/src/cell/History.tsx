import type { Cell, Label, TrailEvent } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { texts } from "../texts.ts";
import { formatExactMoment } from "../ui/format.ts";

interface HistoryProps {
  readonly cell: Cell;
  readonly caseId: string;
}

interface Change {
  readonly cell: string;
  readonly label: Label | null;
}

/** Who labelled the cell, and when, as the trail has it. */
export function History({ cell, caseId }: HistoryProps) {
  const { data } = useLoaded<{ events: TrailEvent[] }>(
    // Asked again with each label, so that it follows what is done here.
    `/trail?case=${caseId}&cell=${cell.id}&limit=1000&at=${encodeURIComponent(cell.labelledAt ?? "")}`,
  );
  const steps = (data?.events ?? []).flatMap((event) => {
    const changes = Array.isArray(event.content.changes) ? (event.content.changes as Change[]) : [];
    const found = changes.find((change) => change.cell === cell.id);
    return found === undefined ? [] : [{ event, label: found.label }];
  });
  const words = texts.cell;
  return (
    <>
      <h3>{words.history}</h3>
      {steps.length === 0 && <p className="muted">{words.noHistory}</p>}
      <ol className="history">
        {steps.map(({ event, label }) => (
          <li key={event.sequence}>
            <span className="muted">{formatExactMoment(event.at)}</span>{" "}
            {words.historyStep(event.actor, label, String(event.content.via ?? ""))}
          </li>
        ))}
      </ol>
    </>
  );
}
