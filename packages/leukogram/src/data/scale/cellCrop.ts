import { PictureSampler } from "../microscopy/geometry.ts";
import { findNucleus, type Nucleus } from "../microscopy/nucleus.ts";
import type { RgbImage } from "../pictures/rgbImage.ts";
import { NUCLEUS_RED_CELLS } from "./scale.ts";

/** Where a cell is cut out of a picture; pixels of the picture. */
export interface CropPlace {
  /** Middle of the crop. */
  readonly x: number;
  readonly y: number;
  /** Side of the square. */
  readonly side: number;
}

/** Where a cell of a picture is cut out: around its nucleus, or the picture's middle if none was found. */
export function cropPlace(
  { width, height }: Pick<RgbImage, "width" | "height">,
  nucleus: Nucleus | undefined,
  side: number,
): CropPlace {
  return { x: nucleus?.x ?? width / 2, y: nucleus?.y ?? height / 2, side };
}

/** Share of a crop's area that lies beyond the picture, 0 to 1. */
export function outsideShare({ width, height }: Pick<RgbImage, "width" | "height">, { x, y, side }: CropPlace): number {
  const inside = (middle: number, length: number) =>
    Math.max(0, Math.min(length, middle + side / 2) - Math.max(0, middle - side / 2)) / side;
  return Math.max(0, 1 - inside(x, width) * inside(y, height));
}

const samplers = new Map<number, PictureSampler>();

/** Cuts a square out of a picture: uint8 [size, size, 3], bilinear; what lies beyond the picture is its mirror image. */
export function cropCell(image: RgbImage, { x, y, side }: CropPlace, size: number): Uint8Array {
  const { width, height } = image;
  const sampler = samplers.get(size) ?? new PictureSampler({ height: size, width: size });
  samplers.set(size, sampler);
  const draw = {
    transform: {
      theta: 0,
      shear: 0,
      zx: side / width,
      zy: side / height,
      tx: x - width / 2,
      ty: y - height / 2,
      flipHorizontal: false,
      flipVertical: false,
    },
    scale: 1,
    shift: [0, 0],
  } as const;
  return sampler.sample(image, draw, new Uint8Array(size * size * 3));
}

/** What {@link cropAtScale} takes. */
export interface CropAtScaleOptions {
  /** Side of the crop in widths of a red cell. */
  readonly redCells: number;
  /** Width of a red cell, pixels; undefined if the laboratory's scale is not known. */
  readonly redCell: number | undefined;
  /** Height and width of the crop, pixels. */
  readonly size: number;
}

/** A cell as a model sees it, and what is to be said of how it was cut out. */
export interface CellCrop {
  /** uint8 [size, size, 3]. */
  readonly pixels: Uint8Array;
  readonly nucleus: Nucleus | undefined;
  /** Share of the crop that lies beyond the picture. */
  readonly outside: number;
  /** Whether the picture seems to be a whole field of a microscope. */
  readonly isField: boolean;
}

/** Pictures of one cell are up to five red cells wide in public sets; fields are from ten on. */
const FIELD_RED_CELLS = 8;
/** Pictures of one cell are about square; a large one that is not comes from a camera as it is. */
const FIELD_SIDE = 400;
const FIELD_ASPECT = 1.2;

/**
 * Whether a picture seems to be a whole field: many red cells wide, or large and far from square.
 *
 * @param redCell width of a red cell, pixels, where the scale is known
 */
export function seemsField(
  { width, height }: Pick<RgbImage, "width" | "height">,
  redCell: number | undefined,
): boolean {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (redCell !== undefined && shorter > FIELD_RED_CELLS * redCell) return true;
  return shorter >= FIELD_SIDE && longer > FIELD_ASPECT * shorter;
}

/**
 * Cuts the cell out of its picture at the laboratory's scale, around its nucleus. Without a scale its own nucleus tells
 * one, of which the crop is never larger than the picture; if none is found, the picture's middle is taken.
 */
export function cropAtScale(image: RgbImage, { redCells, redCell, size }: CropAtScaleOptions): CellCrop {
  const nucleus = findNucleus(image);
  const shorter = Math.min(image.width, image.height);
  const own = nucleus ? Math.min(shorter, (redCells * nucleus.diameter) / NUCLEUS_RED_CELLS) : shorter;
  const place = cropPlace(image, nucleus, redCell === undefined ? own : redCells * redCell);
  return {
    pixels: cropCell(image, place, size),
    nucleus,
    outside: outsideShare(image, place),
    isField: seemsField(image, redCell),
  };
}
