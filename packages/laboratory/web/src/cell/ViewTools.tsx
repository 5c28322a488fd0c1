import { texts } from "../texts.ts";
import { BRIGHTNESS, type PictureControls } from "./usePictureView.ts";

interface ViewToolsProps {
  readonly controls: PictureControls;
  /** Whether they get the focus as their dialog opens. */
  readonly isFirst?: boolean;
}

/** Zoom and brightness, for a pointer or a finger. */
export function ViewTools({ controls: { view, brighten, keys }, isFirst = false }: ViewToolsProps) {
  const words = texts.view;
  return (
    <div className="viewTools" role="group" aria-label={words.tools}>
      <button type="button" className="small" aria-keyshortcuts="-" onClick={keys["-"]} disabled={view.zoom === 1}>
        <span aria-hidden="true">−</span>
        <span className="unseen">{words.smaller}</span>
      </button>
      <span className="figure" aria-live="polite">
        {words.zoom(view.zoom)}
      </span>
      <button
        type="button"
        className="small"
        data-first-focus={isFirst || undefined}
        aria-keyshortcuts="+"
        onClick={keys["+"]}
      >
        <span aria-hidden="true">+</span>
        <span className="unseen">{words.larger}</span>
      </button>
      <label className="choice">
        <span>{words.brightness}</span>
        <input
          type="range"
          {...BRIGHTNESS}
          value={view.brightness}
          onChange={({ target }) => brighten(Number(target.value))}
        />
      </label>
      <button type="button" className="small" aria-keyshortcuts="0" onClick={keys["0"]}>
        {words.reset}
      </button>
    </div>
  );
}
