// What a model's file says of itself, and how pictures are brought to it: the same in Node and in browsers.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { metadataList } from "@leukogram/engine/runtime/metadata";
import { looksOf } from "../data/microscopy/measures.ts";
import { JPEG_DCTS, type JpegDct } from "../data/pictures/jpegDct.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { type BroughtPicture, bringPicture, type PictureForm } from "../data/scale/bringPicture.ts";
import type { CellCrop } from "../data/scale/cellCrop.ts";
import { type Scale, scaleOfText } from "../data/scale/scale.ts";
import { familiarityTo, type HomeFacts, homeFactsOf } from "../training/homeFacts.ts";

/** What a trained model's file says of it. */
export interface ClassifierFacts {
  readonly classes: readonly string[];
  /** Where their names come from, where the model is another program's: "assumed" where nothing said them. */
  readonly classesFrom?: string | undefined;
  /** What another program's outputs were found, or said, to be. */
  readonly outputs?: string | undefined;
  /** [height, width] that images are brought to. */
  readonly imageSize: readonly [number, number];
  /** Whether pictures are filled up to a square first, so that cells keep their shape. */
  readonly isSquare: boolean;
  /** Side of the crop that it takes, in widths of a red cell; undefined if it takes whole pictures. */
  readonly cropRedCells: number | undefined;
  /** Side of the middle of what it takes, pixels, by which its familiarity is told; default: all of it. */
  readonly looksSize?: number | undefined;
  /** The scale of the laboratory that it was adapted to, or that was told; undefined if it is to be measured. */
  readonly scale: Scale | undefined;
  /** How the JPEG files that it learnt from became pixels. */
  readonly jpegDct: JpegDct;
  /** Number of weights; undefined if the file does not say. */
  readonly parameters: number | undefined;
  /** The name in the registry of what was trained; undefined if the file does not say. */
  readonly model: string | undefined;
  /** What it knows of its own laboratories. */
  readonly home: HomeFacts;
}

/**
 * Reads the metadata of a model file.
 *
 * @param source the file, for messages
 * @throws ERR_FORMAT if it does not name its classes and image size.
 */
export function classifierFacts(metadata: Readonly<Record<string, string>>, source: string): ClassifierFacts {
  const { parameters, model, field, cropRedCells, scale, classesFrom, outputs } = metadata;
  const classes = metadataList(metadata, "classes") as readonly string[] | undefined;
  const imageSize = metadataList(metadata, "imageSize") as [number, number] | undefined;
  if (classes === undefined || imageSize === undefined)
    throw new LeukogramError("ERR_FORMAT", `${source}: contains no classes and image size`, {
      hint: "Give a model written by Leukogram.",
    });
  return {
    classes,
    classesFrom,
    outputs,
    imageSize,
    isSquare: field === "square",
    cropRedCells: cropRedCells === undefined ? undefined : Number(cropRedCells),
    scale: scale === undefined ? undefined : scaleOfText(scale, source),
    jpegDct: JPEG_DCTS.find((name) => name === metadata.jpegDct) ?? "accurate",
    parameters: parameters === undefined ? undefined : Number(parameters),
    model,
    home: homeFactsOf(metadata),
  };
}

/** An image as a model takes it, and how familiar it looks. */
export interface BroughtImage {
  /** [height, width, 3] of the model's size. */
  readonly pixels: Uint8Array;
  /** Undefined if the model does not know how its own look. */
  readonly familiarity: number | undefined;
  /** What `looksOf` measures; undefined as familiarity is. */
  readonly looks: readonly number[] | undefined;
  /** How the cell was cut out; undefined if the model takes whole pictures. */
  readonly crop: Omit<CellCrop, "pixels"> | undefined;
}

/** What of a model says how pictures are brought to it. */
export type PictureFacts = Pick<ClassifierFacts, "imageSize" | "isSquare" | "cropRedCells" | "looksSize" | "home">;

/**
 * Brings a picture of any size to a model.
 *
 * @param redCell width of a red cell, pixels, where the laboratory's scale is known
 */
export function bringImage(image: RgbImage, facts: PictureFacts, redCell?: number | undefined): BroughtImage {
  return withFamiliarity(bringPicture(image, formOf(facts), redCell), facts.home);
}

/** The form that a model takes pictures in. */
export const formOf = ({ imageSize, isSquare, cropRedCells, looksSize, home }: PictureFacts): PictureForm => ({
  ...{ imageSize, isSquare, cropRedCells, looksSize },
  hasLooks: home.looks.length > 0,
});

/** What was brought into that form, with how familiar it looks. */
export function withFamiliarity({ pixels, looks, crop }: BroughtPicture, home: HomeFacts): BroughtImage {
  return { pixels, familiarity: looks && familiarityTo(home, looks), looks, crop };
}

/** How familiar a picture looks to a model; undefined if it does not know how its own look. */
export const familiarityOf = (image: RgbImage, home: HomeFacts): number | undefined =>
  home.looks.length > 0 ? familiarityTo(home, looksOf(image)) : undefined;

/** A row of probabilities, the float32 rounding taken out of its sum. */
export function normalizedRow(row: Float32Array): number[] {
  const sum = row.reduce((total, value) => total + value, 0);
  return Array.from(row, (value) => value / sum);
}
