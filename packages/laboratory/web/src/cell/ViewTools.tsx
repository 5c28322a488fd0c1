import { t } from "../language/words.ts";
import { BRIGHTNESS, type PictureControls } from "./usePictureView.ts";

interface ViewToolsProps {
  readonly controls: PictureControls;
  /** Whether they get the focus as their dialog opens. */
  readonly isFirst?: boolean;
}

/** Zoom and brightness, for a pointer or a finger. */
export function ViewTools({ controls: { view, brighten, keys }, isFirst = false }: ViewToolsProps) {
  return (
    <div className="viewTools" role="group" aria-label={t("view.tools")}>
      <button type="button" className="small" aria-keyshortcuts="-" onClick={keys["-"]} disabled={view.zoom === 1}>
        <span aria-hidden="true">−</span>
        <span className="unseen">{t("view.smaller")}</span>
      </button>
      <span className="figure" aria-live="polite">
        {t("view.zoom", { percent: Math.round(100 * view.zoom) })}
      </span>
      <button
        type="button"
        className="small"
        data-first-focus={isFirst || undefined}
        aria-keyshortcuts="+"
        onClick={keys["+"]}
      >
        <span aria-hidden="true">+</span>
        <span className="unseen">{t("view.larger")}</span>
      </button>
      <label className="choice">
        <span>{t("view.brightness")}</span>
        <input
          type="range"
          {...BRIGHTNESS}
          value={view.brightness}
          onChange={({ target }) => brighten(Number(target.value))}
        />
      </label>
      <button type="button" className="small" aria-keyshortcuts="0" onClick={keys["0"]}>
        {t("view.reset")}
      </button>
    </div>
  );
}
