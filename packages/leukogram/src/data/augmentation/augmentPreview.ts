import { Rng } from "@leukogram/engine/core/rng";
import { drawPicture } from "../microscopy/draw.ts";
import { PictureMaker } from "../microscopy/pictureMaker.ts";
import { type PreviewRow, previewRows } from "../microscopy/previewRows.ts";
import type { SheetRow } from "../pictures/contactSheet.ts";
import { interleavedTarget } from "../pictures/pixelLayout.ts";
import { resizeArea } from "../pictures/resizeArea.ts";
import type { RgbImage } from "../pictures/rgbImage.ts";
import type { Augmentation } from "./augment.ts";

/** Options of {@link augmentPreview}. */
export interface AugmentPreviewOptions {
  readonly augmentation: Augmentation;
  /** Height and width of the pictures, as the model gets them. */
  readonly imageSize: number;
  /** Height and width of the fields that they are cropped from. */
  readonly fieldSize: number;
  readonly seed: number;
}

/** Draws a contact sheet's rows: a column an image, a row an ingredient. */
export function augmentPreview(
  images: readonly RgbImage[],
  { augmentation, imageSize, fieldSize, seed }: AugmentPreviewOptions,
): (PreviewRow & SheetRow)[] {
  const size = { height: imageSize, width: imageSize };
  const maker = new PictureMaker(size);
  const target = interleavedTarget(imageSize, imageSize);
  const fields = images.map((image) => ({
    data: resizeArea(image, fieldSize, fieldSize),
    height: fieldSize,
    width: fieldSize,
  }));
  const rng = new Rng(seed).fork("preview");
  return previewRows(augmentation).map((row, r) => ({
    ...row,
    title: row.name,
    pictures: fields.map((field, column) => {
      const out = new Uint8Array(imageSize * imageSize * 3);
      const draw = drawPicture(rng.fork(r).fork(column), row.augmentation, field);
      const other = draw.restain && fields[Math.floor(draw.restain.place * fields.length)]!.data;
      maker.make(field, draw, { out, target, other });
      return { data: out, ...size };
    }),
  }));
}
