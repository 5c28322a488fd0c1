import { calledLabel } from "leukogram/review/answer";
import { useState } from "react";
import { API } from "../api/client.ts";
import type { Cell } from "../api/types.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { labelName, t } from "../language/words.ts";
import { texts } from "../texts.ts";
import { formatShare } from "../ui/format.ts";
import { LabelBadge } from "../ui/LabelBadge.tsx";
import { CellImage } from "./CellImage.tsx";
import { CropAlarms } from "./CropAlarms.tsx";
import { History } from "./History.tsx";
import { Neighbours } from "./Neighbours.tsx";
import { PanelFrame } from "./PanelFrame.tsx";
import { ProbabilityBars } from "./ProbabilityBars.tsx";

interface CellPanelProps {
  readonly cell: Cell;
  readonly caseId: string;
  readonly classes: readonly string[];
  readonly isBlind: boolean;
  readonly onClose: () => void;
}

/** What a cell is called, in words. */
export function stateOf(cell: GalleryCell): string {
  const called = calledLabel(cell);
  return called === null ? t("view.notLabelled") : labelName(called);
}

/** All that is known of one cell. */
export function CellPanel({ cell, caseId, classes, isBlind, onClose }: CellPanelProps) {
  const [mapClass, setMapClass] = useState<string>();
  const words = texts.cell;
  return (
    <PanelFrame title={words.title(cell.number)} onClose={onClose}>
      <CellImage
        image={`${API}/cells/${cell.id}/image`}
        overlay={
          mapClass && cell.probabilities
            ? `${API}/cells/${cell.id}/explanation?class=${encodeURIComponent(mapClass)}`
            : undefined
        }
        mapClass={mapClass}
        title={words.title(cell.number)}
        alt={texts.gallery.cell(cell, null)}
        state={stateOf(cell)}
      />
      <p className="muted break">
        {cell.file}
        {cell.width !== null && ` · ${cell.width} × ${cell.height}`}
      </p>
      {cell.error !== null && <p className="notice error">{cell.error}</p>}
      {cell.status === "waiting" && !isBlind && <p className="muted">{words.waiting}</p>}
      {cell.counted !== null && (
        <p className="row">
          {words.counted} <LabelBadge label={cell.counted} withName />
          {cell.label !== null && cell.label !== cell.counted && (
            <>
              {words.called} <LabelBadge label={cell.label} withName />
            </>
          )}
        </p>
      )}
      {cell.probabilities !== null && (
        <>
          <h3>{words.probabilities}</h3>
          <ProbabilityBars
            classes={classes}
            probabilities={cell.probabilities}
            chosen={mapClass}
            onChoose={setMapClass}
          />
          <p className="hint">{mapClass === undefined ? words.mapHint : words.mapOf(mapClass)}</p>
          {cell.isRejected && <p className="notice warning">{words.rejected}</p>}
          {cell.familiarity !== null && (
            <p className={cell.isUnfamiliar ? "notice warning" : "muted"}>
              {cell.isUnfamiliar ? words.unfamiliar : words.familiarity(formatShare(cell.familiarity, 0))}
            </p>
          )}
          <Neighbours cellId={cell.id} caseId={caseId} />
        </>
      )}
      <CropAlarms cell={cell} />
      {!isBlind && <History cell={cell} caseId={caseId} />}
    </PanelFrame>
  );
}
