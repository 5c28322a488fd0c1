import { type ReactNode, useId } from "react";
import { texts } from "../texts.ts";

interface PanelFrameProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The panel beside the gallery; Escape closes it wherever the focus is in it. */
export function PanelFrame({ title, onClose, children }: PanelFrameProps) {
  const id = useId();
  return (
    <section
      className="panel cellPanel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="panelHead">
        <h2 id={id} aria-live="polite">
          {title}
        </h2>
        <button type="button" className="quiet small" onClick={onClose}>
          {texts.app.close}
        </button>
      </div>
      {children}
    </section>
  );
}
