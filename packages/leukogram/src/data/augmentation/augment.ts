import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Rng } from "@leukogram/engine/core/rng";
import { checkMicroscopy } from "../microscopy/check.ts";
import type { Microscopy } from "../microscopy/ingredients.ts";

/** Random changes of an image, as Keras's `ImageDataGenerator` means them. */
export interface Augmentation {
  /** Degrees; rotations are drawn from [-range, range]. */
  readonly rotationRange: number;
  /** Each axis is scaled by its own draw from [1 - range, 1 + range]. */
  readonly zoomRange: number;
  /** Share of the width below 1, pixels from 1 on. */
  readonly widthShiftRange?: number;
  /** Share of the height below 1, pixels from 1 on. */
  readonly heightShiftRange?: number;
  /** Degrees. */
  readonly shearRange?: number;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  /** What lies outside the image: its nearest edge pixel. */
  readonly fillMode: "nearest";
  /** What else differs between laboratories; with it, what lies outside is mirrored. */
  readonly microscopy?: Microscopy | undefined;
}

/** One drawn change, in the terms of Keras's `apply_affine_transform`. */
export interface AffineTransform {
  /** Rotation in degrees. */
  readonly theta: number;
  /** Shift along the columns, pixels. */
  readonly tx: number;
  /** Shift along the rows, pixels. */
  readonly ty: number;
  /** Degrees. */
  readonly shear: number;
  /** Scale of the columns; above 1 shows more of the picture, smaller. */
  readonly zx: number;
  /** Scale of the rows. */
  readonly zy: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
}

/** The transform that changes nothing. */
export const IDENTITY: AffineTransform = {
  theta: 0,
  tx: 0,
  ty: 0,
  shear: 0,
  zx: 1,
  zy: 1,
  flipHorizontal: false,
  flipVertical: false,
};

/**
 * Draws a transform. Eight numbers are drawn whatever is switched on, so that one range does not change the draws of
 * another.
 *
 * @throws LeukogramError ERR_USAGE if a shift is a share of the image and no `size` is given.
 */
export function drawTransform(
  rng: Rng,
  augmentation: Augmentation,
  size?: { readonly height: number; readonly width: number },
): AffineTransform {
  const within = (range: number): number => rng.uniform(-1, 1) * range;
  const { rotationRange, zoomRange, widthShiftRange = 0, heightShiftRange = 0, shearRange = 0 } = augmentation;
  return {
    theta: within(rotationRange),
    tx: within(inPixels(widthShiftRange, size?.width)),
    ty: within(inPixels(heightShiftRange, size?.height)),
    shear: within(shearRange),
    zx: 1 + within(zoomRange),
    zy: 1 + within(zoomRange),
    flipHorizontal: rng.uniform() < 0.5 && augmentation.horizontalFlip,
    flipVertical: rng.uniform() < 0.5 && augmentation.verticalFlip,
  };
}

/**
 * Refuses ranges that make no sense.
 *
 * @throws LeukogramError ERR_USAGE naming the range.
 */
export function checkAugmentation(augmentation: Augmentation): void {
  if (augmentation.microscopy !== undefined) checkMicroscopy(augmentation.microscopy);
  const { rotationRange, zoomRange, widthShiftRange = 0, heightShiftRange = 0, shearRange = 0 } = augmentation;
  const ranges = { rotationRange, zoomRange, widthShiftRange, heightShiftRange, shearRange };
  for (const [name, range] of Object.entries(ranges)) {
    if (!(range >= 0 && Number.isFinite(range))) {
      throw new LeukogramError("ERR_USAGE", `augmentation: ${name} must be at least 0, received ${range}`);
    }
  }
  if (zoomRange < 1 && shearRange < 90) return;
  const [name, limit, range] = zoomRange < 1 ? ["shearRange", 90, shearRange] : ["zoomRange", 1, zoomRange];
  throw new LeukogramError("ERR_USAGE", `augmentation: ${name} must be below ${limit}, received ${range}`);
}

function inPixels(range: number, extent: number | undefined): number {
  if (range >= 1 || range === 0) return range;
  if (extent !== undefined) return range * extent;
  throw new LeukogramError("ERR_USAGE", `drawTransform: a shift of ${range} needs the size of the image`, {
    hint: "Pass the image's size as the third argument.",
  });
}
