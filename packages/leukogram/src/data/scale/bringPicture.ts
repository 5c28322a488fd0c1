// Pictures of any size in the form that a model takes: in pages as in Node, and there in threads too.
import { timedNow } from "@leukogram/engine/core/spans";
import { looksOf } from "../microscopy/measures.ts";
import { resizeBilinearUint8 } from "../pictures/resize.ts";
import type { RgbImage } from "../pictures/rgbImage.ts";
import { squareField } from "../pictures/squareField.ts";
import { type CellCrop, cropAtScale } from "./cellCrop.ts";

/** The form that a model takes pictures in. */
export interface PictureForm {
  /** [height, width], pixels. */
  readonly imageSize: readonly [number, number];
  /** Whether pictures are filled up to a square first, so that cells keep their shape. */
  readonly isSquare: boolean;
  /** Side of the crop, in widths of a red cell; undefined for whole pictures. */
  readonly cropRedCells: number | undefined;
  /** Side of the middle of the crop by which looks are measured, pixels; default: all of it. */
  readonly looksSize?: number | undefined;
  /** Whether looks are measured. */
  readonly hasLooks: boolean;
}

/** A picture in that form. */
export interface BroughtPicture {
  /** uint8 [height, width, 3]. */
  readonly pixels: Uint8Array;
  /** What `looksOf` measures; undefined if that was not asked for. */
  readonly looks: readonly number[] | undefined;
  /** How the cell was cut out; undefined for whole pictures. */
  readonly crop: Omit<CellCrop, "pixels"> | undefined;
}

/**
 * Brings a picture of any size into a model's form.
 *
 * @param redCell width of a red cell, pixels, if the laboratory's scale is known
 */
export function bringPicture(image: RgbImage, form: PictureForm, redCell: number | undefined): BroughtPicture {
  return timedNow("Bring an image into the model's form", () => bring(image, form, redCell));
}

function bring(
  image: RgbImage,
  { imageSize: [height, width], isSquare, cropRedCells, looksSize = height, hasLooks }: PictureForm,
  redCell: number | undefined,
): BroughtPicture {
  const looks = (seen: RgbImage) => (hasLooks ? timedNow("Measure looks", () => looksOf(seen)) : undefined);
  if (cropRedCells !== undefined) {
    const { pixels, ...crop } = cropAtScale(image, { redCells: cropRedCells, redCell, size: height });
    return { pixels, looks: looks(middleOf({ data: pixels, width, height }, looksSize)), crop };
  }
  const pixels = isSquare ? squareField(image, height) : resizeBilinearUint8(image, height, width);
  return { pixels, looks: looks(image), crop: undefined };
}

function middleOf({ data, width, height }: RgbImage, size: number): RgbImage {
  const [left, top] = [(width - size) >> 1, (height - size) >> 1];
  const rows = Array.from({ length: size }, (_, y) => 3 * ((top + y) * width + left));
  const middle = new Uint8Array(3 * size * size);
  for (const [y, start] of rows.entries()) middle.set(data.subarray(start, start + 3 * size), 3 * size * y);
  return { data: middle, width: size, height: size };
}
