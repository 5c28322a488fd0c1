import type { Rng } from "@leukogram/engine/core/rng";
import { affineInto } from "../augmentation/affine.ts";
import { type Augmentation, drawTransform } from "../augmentation/augment.ts";
import { isOn } from "../microscopy/check.ts";
import { drawPicture } from "../microscopy/draw.ts";
import { PictureMaker } from "../microscopy/pictureMaker.ts";
import { copyInto, layoutTarget, type PixelLayout } from "./pixelLayout.ts";
import { resizeArea } from "./resizeArea.ts";

/**
 * Makes a picture of a field [height, width, 3], by chance from `rng`, and puts it into `out` in the layout. `otherAt`
 * gives another field of the batch by its place in it, 0 to 1.
 */
export type PictureChange = (
  source: Uint8Array,
  rng: Rng,
  out: Uint8Array,
  otherAt?: (place: number) => Uint8Array,
) => void;

/** What {@link pictureChange} takes beside the sizes. */
export interface PictureChangeOptions {
  readonly layout: PixelLayout;
  /** Undefined for the whole field as it is. */
  readonly augmentation: Augmentation | undefined;
}

/**
 * How fields become pictures of `imageSize` [height, width]. Where the sizes agree and there is no microscopy, by
 * Keras's affine change, whose bytes runs of earlier versions hold on to.
 */
export function pictureChange(
  field: { readonly height: number; readonly width: number },
  imageSize: readonly [number, number],
  { layout, augmentation }: PictureChangeOptions,
): PictureChange {
  const [height, width] = imageSize;
  const target = layoutTarget(layout, height, width);
  const sameSize = height === field.height && width === field.width;
  if (augmentation === undefined) {
    if (sameSize) return (source, _, out) => copyInto(source, out, target);
    return (source, _, out) => copyInto(resizeArea({ ...field, data: source }, height, width), out, target);
  }
  if (sameSize && !isOn(augmentation.microscopy ?? {}))
    return (source, rng, out) => affineInto(source, drawTransform(rng, augmentation, field), out, target);
  const maker = new PictureMaker({ height, width });
  return (source, rng, out, otherAt) => {
    const draw = drawPicture(rng, augmentation, field);
    const other = draw.restain && otherAt?.(draw.restain.place);
    maker.make({ ...field, data: source }, draw, { out, target, other });
  };
}
