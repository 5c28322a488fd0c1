import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { usePanelTools } from "../gallery/panelTools.ts";
import { texts } from "../texts.ts";
import { PanelLabels } from "./PanelLabels.tsx";

interface PanelFrameProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The panel beside or below the gallery; Escape closes it wherever the focus is in it. */
export function PanelFrame({ title, onClose, children }: PanelFrameProps) {
  const id = useId();
  const body = useRef<HTMLDivElement>(null);
  const { canLabel, onMove } = usePanelTools();
  // Another cell begins with its image.
  useLayoutEffect(() => {
    if (title !== "") body.current!.scrollTop = 0;
  }, [title]);
  return (
    <section
      className="panel cellPanel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        // In a dialog it closes that.
        if (event.key !== "Escape" || (event.target as HTMLElement).closest("dialog") !== null) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="panelHead">
        <h2 id={id} aria-live="polite">
          {title}
        </h2>
        <span className="push" />
        <button type="button" className="quiet small" onClick={() => onMove("left")} aria-label={texts.cell.previous}>
          <span aria-hidden="true">←</span>
        </button>
        <button type="button" className="quiet small" onClick={() => onMove("right")} aria-label={texts.cell.next}>
          <span aria-hidden="true">→</span>
        </button>
        <button type="button" className="quiet small" onClick={onClose}>
          {texts.app.close}
        </button>
      </div>
      <div ref={body} className="panelBody">
        {children}
      </div>
      {canLabel && <PanelLabels />}
    </section>
  );
}
