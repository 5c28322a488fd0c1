import { memo } from "react";
import { labelStyle, letterOf } from "../labels.ts";
import { useLanguage } from "../language/useLanguage.ts";
import { texts } from "../texts.ts";
import { formatProbability } from "../ui/format.ts";
import { hasCropAlarm } from "./cropAlarms.ts";
import type { GalleryCell } from "./types.ts";

interface CellTileProps {
  readonly cell: GalleryCell;
  /** Address of a small image. */
  readonly image: string | undefined;
  readonly column: number;
  readonly isChosen: boolean;
  readonly hasFocus: boolean;
  readonly isDraggable: boolean;
}

/** One cell of the gallery. Its events are handled by the grid. */
export const CellTile = memo(function CellTile(props: CellTileProps) {
  useLanguage();
  const { cell, image, column, isChosen, hasFocus, isDraggable } = props;
  const shown = cell.counted;
  const sure = cell.certainty;
  // Its letter beside the model's probability would read as the probability of being unidentified.
  const isGuess = cell.isRejected && cell.label === null && cell.predicted !== null;
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={isChosen}
      tabIndex={hasFocus ? 0 : -1}
      data-id={cell.id}
      draggable={isDraggable}
      className="tile"
      style={shown === null ? undefined : labelStyle(shown)}
    >
      {image !== undefined && cell.status !== "bad" ? (
        <img src={image} alt="" draggable={false} />
      ) : (
        <span className="noImage">{cell.status === "bad" ? texts.gallery.bad : ""}</span>
      )}
      <span className="unseen">{texts.gallery.cell(cell, sure)}</span>
      {shown !== null && !isGuess && (
        <span className="letter" aria-hidden="true">
          {letterOf(shown)}
        </span>
      )}
      {sure !== null && (
        <span className={isGuess ? "figure guess" : "figure"} aria-hidden="true">
          {isGuess && <Guess name={cell.predicted!} />}
          {cell.label !== null && cell.predicted !== null && cell.predicted !== cell.label
            ? `${letterOf(cell.predicted)} ${formatProbability(sure)}`
            : formatProbability(sure)}
        </span>
      )}
      {(cell.isRejected || cell.isUnfamiliar || hasCropAlarm(cell) || cell.label !== null) && (
        <span className="marks" aria-hidden="true">
          {cell.isRejected && <span className="mark rejected">?</span>}
          {cell.isUnfamiliar && <span className="mark unfamiliar">≠</span>}
          {hasCropAlarm(cell) && <span className="mark crop">◧</span>}
          {cell.label !== null && <span className="mark reviewed">✓</span>}
        </span>
      )}
    </div>
  );
});

// The class that the model is not sure of: its letter alone where tiles are small.
function Guess({ name }: { readonly name: string }) {
  return (
    <>
      <span className="guessName">{texts.labels.name(name)}?</span>
      <span className="guessLetter">{letterOf(name)}?</span>{" "}
    </>
  );
}
