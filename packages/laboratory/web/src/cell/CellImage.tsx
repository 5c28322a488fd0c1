import { useState } from "react";
import { usePanelTools } from "../gallery/panelTools.ts";
import { texts } from "../texts.ts";
import { LargeView } from "./LargeView.tsx";

interface CellImageProps {
  readonly image: string;
  /** The model's crop of it, with a map over it. */
  readonly overlay: string | undefined;
  /** The class of the map. */
  readonly mapClass?: string | undefined;
  readonly title: string;
  readonly alt: string;
  /** What the cell is called now, in words. */
  readonly state: string;
}

/** The whole image, or where the model looked in it; chosen, it fills the window. */
export function CellImage({ image, overlay, mapClass = "", title, alt, state }: CellImageProps) {
  const [loaded, setLoaded] = useState<string>();
  const [failed, setFailed] = useState<string>();
  const { isLarge, onLarge } = usePanelTools();
  const isWaiting = overlay !== undefined && loaded !== overlay && failed !== overlay;
  const isShown = overlay !== undefined && loaded === overlay;
  const words = texts.cell;
  return (
    <div className="cellImage" aria-busy={isWaiting}>
      <button type="button" className="imageButton" aria-keyshortcuts="V" onClick={() => onLarge(true)}>
        <img src={image} alt={isShown ? "" : alt} />
        {overlay !== undefined && failed !== overlay && (
          <img
            key={overlay}
            className="overlay"
            src={overlay}
            alt={words.mapAlt(mapClass)}
            hidden={isWaiting}
            onLoad={() => setLoaded(overlay)}
            onError={() => setFailed(overlay)}
          />
        )}
        <span className="imageNote end">{words.large}</span>
      </button>
      {isWaiting && <span className="imageNote">{words.mapWaiting}</span>}
      {overlay !== undefined && failed === overlay && <span className="imageNote">{words.mapFailed}</span>}
      {isLarge && (
        <LargeView
          image={isShown ? overlay : image}
          alt={isShown ? words.mapAlt(mapClass) : alt}
          title={title}
          state={state}
          hint={isShown ? words.mapOf(mapClass) : undefined}
        />
      )}
    </div>
  );
}
