import { leavesPicture } from "leukogram/cells/cropCounts";
import type { GalleryCell } from "./types.ts";

type Cropped = Pick<GalleryCell, "crop">;

/** Whether more of a cell's crop lies beyond the picture than may. */
export function leaves({ crop }: Cropped): boolean {
  return crop !== null && leavesPicture(crop.outside);
}

/** Whether no nucleus was found, so that the crop is the picture's middle. */
export function lacksNucleus({ crop }: Cropped): boolean {
  return crop !== null && !crop.nucleus;
}

/** Whether something is to be said of a cell's crop. */
export function hasCropAlarm(cell: Cropped): boolean {
  return leaves(cell) || lacksNucleus(cell);
}
