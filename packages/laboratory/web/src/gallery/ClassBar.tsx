import { type CSSProperties, useState } from "react";
import type { Label } from "../api/types.ts";
import { inLabelOrder, labelStyle, letterOf, offeredLabels, useLabels } from "../labels.ts";
import { texts } from "../texts.ts";
import { dragsCells, droppedCells } from "./dragging.ts";

interface ClassBarProps {
  readonly counts: ReadonlyMap<string, number>;
  readonly onShow: (label: Label) => void;
  readonly onDrop: (ids: readonly string[], label: Label) => void;
}

/** Labels beside each other with their names, and without them. */
const WITH_NAMES = 8;
const MOST_IN_A_ROW = 18;

/** All labels with their cells: leads to a section, and takes cells that are dragged there. */
export function ClassBar({ counts, onShow, onDrop }: ClassBarProps) {
  const [over, setOver] = useState<Label>();
  const offered = offeredLabels(useLabels()).map(({ name }) => name);
  // Types without a key of their own, which a model told.
  const labels = [...offered, ...inLabelOrder(counts.keys()).filter((name) => !offered.includes(name))];
  const columns = Math.ceil(labels.length / Math.ceil(labels.length / MOST_IN_A_ROW));
  return (
    <nav
      className={labels.length > WITH_NAMES ? "classBar many" : "classBar"}
      style={{ "--columns": columns } as CSSProperties}
      aria-label={texts.gallery.classBar}
    >
      {labels.map((label) => (
        <button
          key={label}
          type="button"
          className={over === label ? "over" : ""}
          style={labelStyle(label)}
          title={texts.labels.name(label)}
          onClick={() => onShow(label)}
          onDragOver={(event) => {
            if (!dragsCells(event)) return;
            event.preventDefault();
            setOver(label);
          }}
          onDragLeave={() => setOver(undefined)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(undefined);
            onDrop(droppedCells(event), label);
          }}
        >
          <span className="letter" aria-hidden="true">
            {letterOf(label)}
          </span>
          <span className="figure">{counts.get(label) ?? 0}</span>
          <span className="name">{texts.labels.name(label)}</span>
        </button>
      ))}
    </nav>
  );
}
