import { useEffect, useState, useSyncExternalStore } from "react";
import { chosenFiles } from "../api/droppedFiles.ts";
import { CellImage } from "../cell/CellImage.tsx";
import { stateOf } from "../cell/CellPanel.tsx";
import { CropAlarms } from "../cell/CropAlarms.tsx";
import { PanelFrame } from "../cell/PanelFrame.tsx";
import { ProbabilityBars } from "../cell/ProbabilityBars.tsx";
import { CountsPanel } from "../counts/CountsPanel.tsx";
import { cellWords } from "../gallery/galleryWords.ts";
import { ReviewGallery } from "../gallery/ReviewGallery.tsx";
import { t } from "../language/words.ts";
import { Notice } from "../ui/Notice.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { keepApp } from "./keptFiles.ts";
import { localDifferential } from "./localDifferential.ts";
import { PrivateBar } from "./PrivateBar.tsx";
import { privateStore } from "./privateStore.ts";
import { ScaleBar } from "./ScaleBar.tsx";

/** Classification in the browser alone. */
export function PrivatePage() {
  usePageTitle(t("private.title"));
  const state = useSyncExternalStore(privateStore.subscribe, privateStore.snapshot);
  const [isKept, setIsKept] = useState<boolean>();
  useEffect(() => void keepApp().then(setIsKept), []);
  const add = (files: Iterable<File>) =>
    privateStore.add(chosenFiles(files).files.filter(({ name }) => !/\.zip$/i.test(name)));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button that does the same.
    <div
      className="casePage"
      onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        add(event.dataTransfer.files);
      }}
    >
      <div className="caseHead">
        <h1>{t("private.title")}</h1>
        <span className="badge signed">{t("private.badge")}</span>
        <p className="facts muted">{isKept ? t("private.offlineReady") : t("private.what")}</p>
      </div>
      <PrivateBar state={state} onFiles={add} />
      {state.crops && <ScaleBar state={state} />}
      {state.error !== undefined && <Notice kind="error">{state.error}</Notice>}
      {state.cells.length === 0 ? (
        <p className="empty">{t("private.empty")}</p>
      ) : (
        <div className="review">
          <ReviewGallery
            cells={state.cells}
            imageOf={privateStore.imageOf}
            pictureOf={privateStore.imageOf}
            hasScale={false}
            onLabel={(changes, via) => privateStore.label(changes, via)}
            onUndo={() => privateStore.undo()}
            onRedo={() => privateStore.redo()}
            canUndo={state.canUndo}
            canRedo={state.canRedo}
            canLabel
            panelOf={(cell, close) => (
              <PanelFrame title={t("cell.title", { count: cell.number })} onClose={close}>
                <CellImage
                  image={privateStore.imageOf(cell) ?? ""}
                  overlay={undefined}
                  title={t("cell.title", { count: cell.number })}
                  alt={cellWords(cell, null)}
                  state={stateOf(cell)}
                />
                <p className="muted break">{cell.file}</p>
                {cell.error !== null && <p className="notice error">{cell.error}</p>}
                <CropAlarms cell={cell} />
                {cell.probabilities !== null && (
                  <ProbabilityBars classes={state.classes} probabilities={cell.probabilities} chosen={undefined} />
                )}
                {cell.isUnfamiliar && <p className="notice warning">{t("cell.unfamiliar")}</p>}
              </PanelFrame>
            )}
          />
          <CountsPanel differential={localDifferential(state.cells)} isBehind={false} />
        </div>
      )}
    </div>
  );
}
