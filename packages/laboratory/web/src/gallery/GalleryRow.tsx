import { memo } from "react";
import { useLanguage } from "../language/useLanguage.ts";
import { texts } from "../texts.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { CellTile } from "./CellTile.tsx";
import type { Row, Section } from "./sections.ts";
import type { GalleryCell } from "./types.ts";

interface GalleryRowProps {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly chosen: ReadonlySet<string>;
  readonly focus: string | undefined;
  readonly isDraggable: boolean;
  readonly imageOf: (cell: GalleryCell) => string | undefined;
  readonly onChooseAll: (section: Section) => void;
}

/** A row of the grid at its place in the scrolled area. */
export const GalleryRow = memo(function GalleryRow(props: GalleryRowProps) {
  useLanguage();
  const { row, index, top, chosen, focus, isDraggable, imageOf, onChooseAll } = props;
  const place = { transform: `translateY(${top}px)` };
  if (row.kind === "title")
    return (
      <div
        role="row"
        aria-rowindex={index + 1}
        className="galleryRow title"
        style={place}
        data-section={row.section.key}
      >
        <div role="rowheader" className="sectionTitle">
          <SectionName section={row.section} />
          <button
            type="button"
            tabIndex={-1}
            className="quiet small"
            aria-keyshortcuts="Shift+Space"
            onClick={() => onChooseAll(row.section)}
          >
            {texts.gallery.chooseSection}
          </button>
        </div>
      </div>
    );
  return (
    <div role="row" aria-rowindex={index + 1} className="galleryRow" style={place} data-section={row.section.key}>
      {row.cells.map((cell, column) => (
        <CellTile
          key={cell.id}
          cell={cell}
          image={imageOf(cell)}
          column={column}
          isChosen={chosen.has(cell.id)}
          hasFocus={focus === cell.id}
          isDraggable={isDraggable}
        />
      ))}
    </div>
  );
});

function SectionName({ section: { key, cells } }: { readonly section: Section }) {
  const name = key === "unread" || key === "bad" ? texts.gallery.section[key] : undefined;
  return (
    <span className="sectionName">
      {name ?? <LabelBadge label={key} withName />}{" "}
      <span className="muted figure">{texts.gallery.cells(cells.length)}</span>
    </span>
  );
}
