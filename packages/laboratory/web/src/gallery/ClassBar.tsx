import { LABELS } from "leukogram/review/labels";
import { useState } from "react";
import type { Label } from "../api/types.ts";
import { labelStyle, letterOf } from "../labels.ts";
import { texts } from "../texts.ts";
import { dragsCells, droppedCells } from "./dragging.ts";

interface ClassBarProps {
  readonly counts: ReadonlyMap<string, number>;
  readonly onShow: (label: Label) => void;
  readonly onDrop: (ids: readonly string[], label: Label) => void;
}

/** All labels with their cells: leads to a section, and takes cells that are dragged there. */
export function ClassBar({ counts, onShow, onDrop }: ClassBarProps) {
  const [over, setOver] = useState<Label>();
  return (
    <nav className="classBar" aria-label={texts.gallery.classBar}>
      {LABELS.map((label) => (
        <button
          key={label}
          type="button"
          className={over === label ? "over" : ""}
          style={labelStyle(label)}
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
