import { type ReactNode, useEffect } from "react";
import { API } from "../api/client.ts";
import type { Label } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { usePanelTools } from "../gallery/panelTools.ts";
import { decimal } from "../language/words.ts";
import { texts } from "../texts.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";

interface Neighbour {
  readonly cell: string;
  readonly case: string;
  readonly label: Label;
  readonly distance: number;
}

interface Answer {
  readonly neighbours: readonly Neighbour[];
  /** Labelled cells that are not compared yet. */
  readonly waiting: number;
}

/** Milliseconds until it is asked again, while labelled cells are not yet compared. */
const AGAIN = 1500;

/** The labelled cells that look most like this one to the model. */
export function Neighbours({ cellId, caseId }: { readonly cellId: string; readonly caseId: string }) {
  const { data, error, reload } = useLoaded<Answer>(`/cells/${cellId}/neighbours`);
  const { onShow } = usePanelTools();
  const words = texts.cell;
  useEffect(() => {
    if (data === undefined || data.waiting === 0) return;
    const timer = setTimeout(reload, AGAIN);
    return () => clearTimeout(timer);
  }, [data, reload]);
  return (
    <>
      <h3>{words.neighbours}</h3>
      {error !== undefined && <p className="muted">{error.message}</p>}
      {data !== undefined && data.waiting > 0 && <p className="muted">{words.comparing(data.waiting)}</p>}
      {data?.neighbours.length === 0 && data.waiting === 0 && <p className="muted">{words.noNeighbours}</p>}
      {data !== undefined && data.neighbours.length > 0 && <p className="hint">{words.neighboursHint}</p>}
      <ul className="neighbours" aria-label={words.neighbours}>
        {data?.neighbours.map(({ cell, label, distance, case: owner }) => (
          <li key={cell}>
            <Way
              isHere={owner === caseId}
              address={`${href("cases", owner, "review")}?cell=${cell}`}
              onShow={() => onShow(cell)}
            >
              <img src={`${API}/cells/${cell}/thumbnail`} alt={words.neighbour(label, owner === caseId)} />
              <LabelBadge label={label} />
              <span className="figure">
                <span className="unseen">{words.distance}</span> {decimal(distance, 2)}
              </span>
            </Way>
          </li>
        ))}
      </ul>
    </>
  );
}

interface WayProps {
  readonly isHere: boolean;
  readonly address: string;
  readonly onShow: () => void;
  readonly children: ReactNode;
}

// To a cell of this case the panel goes itself; another case is another page.
function Way({ isHere, address, onShow, children }: WayProps) {
  return isHere ? (
    <button type="button" onClick={onShow}>
      {children}
    </button>
  ) : (
    <a href={address}>{children}</a>
  );
}
