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
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      className="galleryRow"
      style={{ transform: `translateY(${top}px)` }}
      // Where nothing stands, a drop is for the last section of the row.
      data-section={row.at(-1)!.section.key}
    >
      {row.map((item, column) =>
        item.kind === "title" ? (
          <SectionTile key={item.section.key} section={item.section} onChooseAll={onChooseAll} />
        ) : (
          <CellTile
            key={item.cell.id}
            cell={item.cell}
            section={item.section.key}
            image={imageOf(item.cell)}
            column={column}
            isChosen={chosen.has(item.cell.id)}
            hasFocus={focus === item.cell.id}
            isDraggable={isDraggable}
          />
        ),
      )}
    </div>
  );
});

interface SectionTileProps {
  readonly section: Section;
  readonly onChooseAll: (section: Section) => void;
}

/** Begins a section among its cells: its label, and how many there are; chooses them all. */
function SectionTile({ section, onChooseAll }: SectionTileProps) {
  const { key, cells } = section;
  const name = key === "unread" || key === "bad" ? texts.gallery.section[key] : undefined;
  return (
    <div role="rowheader" className="sectionTile" data-section={key}>
      <button type="button" tabIndex={-1} aria-keyshortcuts="Shift+Space" onClick={() => onChooseAll(section)}>
        <span className="sectionName">{name ?? <LabelBadge label={key} withName />}</span>{" "}
        <span className="figure">{texts.gallery.cells(cells.length)}</span>{" "}
        <span className="chooseAll">{texts.gallery.chooseSection}</span>
      </button>
    </div>
  );
}
