import { useState } from "react";
import { texts } from "../texts.ts";

interface CellImageProps {
  readonly image: string;
  /** The same image with a map over it. */
  readonly overlay: string | undefined;
  readonly alt: string;
}

/** The whole image, or where the model looked in it. */
export function CellImage({ image, overlay, alt }: CellImageProps) {
  const [loaded, setLoaded] = useState<string>();
  const [failed, setFailed] = useState<string>();
  const isWaiting = overlay !== undefined && loaded !== overlay && failed !== overlay;
  return (
    <div className="cellImage" aria-busy={isWaiting}>
      <img src={image} alt={alt} />
      {overlay !== undefined && failed !== overlay && (
        <img
          key={overlay}
          className="overlay"
          src={overlay}
          alt={texts.cell.mapAlt}
          hidden={isWaiting}
          onLoad={() => setLoaded(overlay)}
          onError={() => setFailed(overlay)}
        />
      )}
      {isWaiting && <span className="imageNote">{texts.cell.mapWaiting}</span>}
      {overlay !== undefined && failed === overlay && <span className="imageNote">{texts.cell.mapFailed}</span>}
    </div>
  );
}
