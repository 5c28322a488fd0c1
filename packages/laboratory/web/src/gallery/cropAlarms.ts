import { type CropCounts, LEAVES } from "leukogram/cells/cropCounts";
import type { GalleryCell } from "./types.ts";

type Cropped = Pick<GalleryCell, "crop">;

/** Whether more of a cell's crop lies beyond the picture than may. */
export function leaves({ crop }: Cropped): boolean {
  return crop !== null && crop.outside > LEAVES;
}

/** Whether no nucleus was found, so that the crop is the picture's middle. */
export function lacksNucleus({ crop }: Cropped): boolean {
  return crop !== null && !crop.nucleus;
}

/** Whether something is to be said of a cell's crop. */
export function hasCropAlarm(cell: Cropped): boolean {
  return leaves(cell) || lacksNucleus(cell);
}

/** How the crops of cells came out; null where none was cropped. */
export function cropCountsOf(cells: readonly Cropped[]): CropCounts | null {
  const crops = cells.filter(({ crop }) => crop !== null).length;
  if (crops === 0) return null;
  return { crops, leaving: cells.filter(leaves).length, withoutNucleus: cells.filter(lacksNucleus).length };
}
