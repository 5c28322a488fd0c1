import { lacksNucleus, leaves } from "../gallery/cropAlarms.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { texts } from "../texts.ts";

/** What is to be said of how a cell was cropped; nothing if all is well. */
export function CropAlarms({ cell }: { readonly cell: Pick<GalleryCell, "crop"> }) {
  const words = texts.cell;
  return (
    <>
      {leaves(cell) && <p className="notice warning">{words.cropLeaves(cell.crop!.outside)}</p>}
      {lacksNucleus(cell) && <p className="notice warning">{words.noNucleus}</p>}
    </>
  );
}
