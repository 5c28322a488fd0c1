import { usePanelTools } from "../gallery/panelTools.ts";
import { offeredLabels } from "../labels.ts";
import { t } from "../language/words.ts";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { PanelLabels } from "./PanelLabels.tsx";
import { useMicrometres } from "./useMicrometres.ts";
import { usePictureView } from "./usePictureView.ts";
import { Viewer } from "./Viewer.tsx";
import { ViewTools } from "./ViewTools.tsx";

interface LargeViewProps {
  readonly image: string;
  readonly alt: string;
  readonly title: string;
  /** What the cell is called now; undefined if nothing is known. */
  readonly state: string;
  /** What is said of a map, if the image is one: it has another scale than the cell's. */
  readonly hint?: string | undefined;
}

/** A cell as large as the window: arrows lead to the next one, keys label it, and it can be zoomed and made brighter. */
export function LargeView({ image, alt, title, state, hint }: LargeViewProps) {
  const { canLabel, onLabel, onConfirm, onMove, onLarge } = usePanelTools();
  const controls = usePictureView();
  const micrometres = useMicrometres();
  const labelOf = (key: string) => offeredLabels().find((label) => label.key === key.toLowerCase())?.name;
  const actOf = (key: string): (() => void) | undefined => {
    if (key === "ArrowLeft") return () => onMove("left");
    if (key === "ArrowRight") return () => onMove("right");
    // Digits may be labels: they come before what the view does with them.
    const label = labelOf(key);
    if (canLabel && label !== undefined) return () => onLabel(label);
    if (canLabel && key.toLowerCase() === "c") return onConfirm;
    if (canLabel && (key === "Delete" || key === "Backspace")) return () => onLabel(null);
    return controls.keys[key];
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const isSlider = event.target instanceof HTMLInputElement;
    if (event.ctrlKey || event.metaKey || event.altKey || (isSlider && event.key.startsWith("Arrow"))) return;
    const act = actOf(event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <Dialog title={title} className="large" onClose={() => onLarge(false)}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: each key has a button that does the same. */}
      <div className="largeView" onKeyDown={onKeyDown}>
        <Viewer
          image={image}
          alt={alt}
          controls={controls}
          micrometres={hint === undefined ? micrometres : undefined}
        />
        <div className="row">
          <button type="button" data-first-focus aria-keyshortcuts="ArrowLeft" onClick={() => onMove("left")}>
            <span aria-hidden="true">←</span>
            <span className="unseen">{texts.cell.previous}</span>
          </button>
          <button type="button" aria-keyshortcuts="ArrowRight" onClick={() => onMove("right")}>
            <span aria-hidden="true">→</span>
            <span className="unseen">{texts.cell.next}</span>
          </button>
          <span aria-live="polite">{state}</span>
          <span className="push" />
          <ViewTools controls={controls} />
        </div>
        {hint !== undefined && <p className="hint">{hint}</p>}
        {canLabel && <PanelLabels />}
        <p className="hint">{t("view.keys")}</p>
      </div>
    </Dialog>
  );
}
