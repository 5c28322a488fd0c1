import { calledLabel } from "leukogram/review/answer";
import { memo } from "react";
import { labelStyle, letterOf, useLabels } from "../labels.ts";
import { useLanguage } from "../language/useLanguage.ts";
import { texts } from "../texts.ts";
import { formatProbability } from "../ui/format.ts";
import { hasCropAlarm } from "./cropAlarms.ts";
import type { GalleryCell } from "./types.ts";

interface CellTileProps {
  readonly cell: GalleryCell;
  /** Where it stands. */
  readonly section: string;
  /** Address of a small image. */
  readonly image: string | undefined;
  readonly column: number;
  readonly isChosen: boolean;
  readonly hasFocus: boolean;
  readonly isDraggable: boolean;
}

/** One cell of the gallery: its image, and below it all that is said of it. Its events are handled by the grid. */
export const CellTile = memo(function CellTile(props: CellTileProps) {
  const { cell, section, image, column, isChosen, hasFocus, isDraggable } = props;
  useLabels();
  useLanguage();
  const shown = calledLabel(cell);
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={isChosen}
      tabIndex={hasFocus ? 0 : -1}
      data-id={cell.id}
      data-section={section}
      draggable={isDraggable}
      className="tile"
      style={shown === null ? undefined : labelStyle(shown)}
    >
      {image !== undefined && cell.status !== "bad" ? (
        <img src={image} alt="" draggable={false} />
      ) : (
        <span className="noImage">{cell.status === "bad" ? texts.gallery.bad : ""}</span>
      )}
      <span className="unseen">{texts.gallery.cell(cell, cell.certainty)}</span>
      <TileFoot cell={cell} shown={shown} />
    </div>
  );
});

// Never over the cell.
function TileFoot({ cell, shown }: { readonly cell: GalleryCell; readonly shown: string | null }) {
  const sure = cell.certainty;
  // Its letter beside the model's probability would read as the probability of being unidentified.
  const isGuess = cell.isRejected && cell.label === null && cell.predicted !== null;
  const isOther = cell.label !== null && cell.predicted !== null && cell.predicted !== cell.label;
  return (
    <span className="tileFoot" aria-hidden="true">
      {shown !== null && !isGuess && <span className="letter">{letterOf(shown)}</span>}
      {sure !== null && (
        <span className="figure">
          {isGuess && `${letterOf(cell.predicted!)}? `}
          {isOther && `${letterOf(cell.predicted!)} `}
          {formatProbability(sure).replace(" ", "")}
        </span>
      )}
      <span className="marks">
        {cell.isRejected && <span className="mark rejected">?</span>}
        {cell.isUnfamiliar && <span className="mark unfamiliar">≠</span>}
        {hasCropAlarm(cell) && <span className="mark crop">◧</span>}
        {cell.label !== null && <span className="mark reviewed">✓</span>}
      </span>
    </span>
  );
}
