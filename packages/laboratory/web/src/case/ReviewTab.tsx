import { useCallback, useEffect, useRef, useState } from "react";
import { API } from "../api/client.ts";
import type { CaseSummary } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { useMay } from "../app/session.tsx";
import { CellPanel } from "../cell/CellPanel.tsx";
import { CountsPanel } from "../counts/CountsPanel.tsx";
import { ReviewGallery } from "../gallery/ReviewGallery.tsx";
import type { GalleryCell, OnLabel } from "../gallery/types.ts";
import { t } from "../language/words.ts";
import type { CaseState, CaseStore } from "../review/caseStore.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { useCaseUploads } from "../uploads/uploads.tsx";
import { CaseProgress } from "./CaseProgress.tsx";
import { Conflicts } from "./Conflicts.tsx";
import { FinishReading } from "./FinishReading.tsx";
import { MoveDialog } from "./MoveDialog.tsx";
import { Twins } from "./Twins.tsx";
import { UploadArea } from "./UploadArea.tsx";

interface ReviewTabProps {
  readonly summary: CaseSummary;
  readonly store: CaseStore;
  readonly state: CaseState;
  readonly onChanged: (summary?: CaseSummary) => void;
}

const wholeOf = ({ id }: GalleryCell) => `${API}/cells/${id}/thumbnail`;
const cellOf = ({ id }: GalleryCell) => `${API}/cells/${id}/thumbnail?of=cell`;
const pictureOf = ({ id }: GalleryCell) => `${API}/cells/${id}/image`;

// Why labels stay as they are; empty if they do not.
function whyNot(status: CaseSummary["status"], mayReview: boolean): string {
  if (!mayReview) return t("case.mayNotLabel");
  return status === "open" ? "" : t(`case.frozen.${status}`);
}

/** Upload, gallery, side panel and counts; blind for a second reader. */
export function ReviewTab({ summary, store, state, onChanged }: ReviewTabProps) {
  const { announce } = useMessages();
  const mayReview = useMay("reviewer");
  useEffect(() => {
    store.enter();
    return () => store.leave();
  }, [store]);
  const counts = store.counts(summary);
  const isClassifying = counts.waiting > 0;
  const was = useRef(false);
  useEffect(() => {
    if (was.current && !isClassifying) {
      announce(t("case.classified", { cells: counts.cells }));
      onChanged();
    }
    was.current = isClassifying;
  }, [isClassifying, announce, onChanged, counts.cells]);
  const { ended, isBusy } = useCaseUploads(summary.id);
  const [looked, setLooked] = useState(ended);
  useEffect(() => {
    if (looked === ended) return;
    onChanged();
    void store.load().then(() => setLooked(ended));
  }, [looked, ended, store, onChanged]);
  const known = state.revision > summary.revision ? state.awaited : summary.awaited;
  // What is on its way is not missing, nor what has just arrived.
  const awaited = isBusy || looked !== ended ? 0 : known;
  const onLabel = useCallback<OnLabel>((changes, via) => store.label(changes, via), [store]);
  const isOpen = summary.status === "open";
  const [moving, setMoving] = useState<readonly string[]>();
  // While somebody reads a case a second time its cells stay.
  const mayMove = isOpen && summary.secondReading !== "going on";
  const mayUpload = mayReview && isOpen && !summary.isBlind;
  return (
    <>
      {!summary.isBlind && <Twins summary={summary} />}
      {moving !== undefined && (
        <MoveDialog
          caseId={summary.id}
          cells={moving}
          onClose={() => setMoving(undefined)}
          onMoved={(next) => {
            setMoving(undefined);
            store.drop(moving);
            onChanged(next);
          }}
        />
      )}
      <LoadFault error={state.error} onAgain={() => void store.load()} />
      <UploadArea
        summary={summary}
        awaited={awaited}
        isAllowed={mayUpload}
        isEmpty={state.isLoaded && state.cells.length === 0}
        onChanged={onChanged}
        progress={
          <CaseProgress
            caseId={summary.id}
            counts={counts}
            unsent={state.unsent}
            awaited={awaited}
            status={summary.status}
          />
        }
      >
        {summary.isBlind && (
          <FinishReading
            summary={summary}
            left={counts.cells - counts.bad - counts.reviewed}
            unsent={state.unsent}
            onChanged={onChanged}
          />
        )}
        {state.isLoaded && state.cells.length === 0 && !mayUpload && <p className="empty">{t("case.noCells")}</p>}
        <Conflicts conflicts={state.conflicts} onSettle={(one, isMine) => store.settle(one, isMine)} />
        {state.cells.length > 0 && (
          <div className="review">
            <ReviewGallery
              cells={state.cells}
              imageOf={cellOf}
              wholeOf={wholeOf}
              pictureOf={pictureOf}
              hasReferences
              onLabel={onLabel}
              onUndo={() => store.undo()}
              onRedo={() => store.redo()}
              canUndo={state.canUndo}
              canRedo={state.canRedo}
              canLabel={mayReview && isOpen}
              whyNot={whyNot(summary.status, mayReview)}
              isBlind={summary.isBlind}
              seen={store.seen}
              onMove={mayMove ? setMoving : undefined}
              panelOf={(cell, close) => (
                <CellPanel
                  cell={cell}
                  caseId={summary.id}
                  classes={state.classes}
                  isBlind={summary.isBlind}
                  onClose={close}
                />
              )}
            />
            {!summary.isBlind && <CountsPanel differential={state.differential} isBehind={state.unsent > 0} />}
          </div>
        )}
      </UploadArea>
    </>
  );
}
