// Pictures in memory, asked of a model: the same in Node and in browsers, which differ in how a file is decoded.

import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { nucleiNote } from "../cells/cropCounts.ts";
import { type CellSizes, cellSizes } from "../data/microscopy/redCellWidths.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { type MeasuredScale, measureScale, parseScale, scaleNotes } from "../data/scale/scale.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import {
  type BroughtImage,
  bringImage,
  type ClassifierFacts,
  normalizedRow,
  type PictureFacts,
} from "./classifierFacts.ts";

/** What of a Blob or File is used, so that no types of a browser or of Node are needed. */
export interface PictureBlob {
  /** What messages call it. */
  readonly name?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The bytes of an image file: JPEG, PNG, ... */
export type PictureFile = Uint8Array | ArrayBuffer | PictureBlob;

/** What a model says of a picture. */
export interface ClassifiedPicture {
  /** One a class. */
  readonly probabilities: readonly number[];
  /** The class with the largest. */
  readonly label: string;
  /**
   * Share of the model's own pictures that look as strange, or stranger: below 0.01 it is unlike them. Undefined if
   * the model does not know how its own look.
   */
  readonly familiarity: number | undefined;
  /** How the cell was cropped: the share of the crop beyond the picture, and its nucleus. Undefined for whole pictures. */
  readonly crop: BroughtImage["crop"];
}

/** Options of `classify`, of a classifier in Node or in a page. */
export interface ClassifyPicturesOptions {
  /** Default: 16. */
  readonly batchSize?: number;
  /**
   * How large the pictures show a cell, for models that take crops: 72px, the width of a red cell, or 0.10um a pixel.
   * Default: what the model carries, else what the nuclei of these pictures say.
   */
  readonly scale?: string | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What a picture becomes: decoded if it is a file. */
export type ReadPicture<Picture> = (picture: Picture) => Promise<RgbImage>;

/** A model, and how its pictures are read. */
export interface PictureReader<Picture> {
  readonly facts: ClassifierFacts;
  readonly read: ReadPicture<Picture>;
  /** Probabilities [N, K] of images uint8 [N, height, width, 3] of the model's size. */
  readonly probabilities: (images: Uint8Array, count: number) => Promise<Float32Array>;
}

/**
 * Answers in the order of the pictures.
 *
 * @throws ERR_IMAGE if one can't be read or has no answer; ERR_USAGE as {@link redCellOfPictures}; ERR_ABORTED.
 */
export async function classifyPictures<Picture>(
  pictures: readonly Picture[],
  { facts, read, probabilities }: PictureReader<Picture>,
  { batchSize = 16, scale, signal, onProgress }: ClassifyPicturesOptions = {},
): Promise<readonly ClassifiedPicture[]> {
  const redCell = await redCellOfPictures(pictures, facts, { told: scale, read });
  const answers: ClassifiedPicture[] = [];
  const classes = facts.classes.length;
  for (let start = 0; start < pictures.length; start += batchSize) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "classification was interrupted");
    const batch = pictures.slice(start, start + batchSize);
    const { images, brought } = await bringPictures(batch, facts, { read, redCell });
    const rows = await probabilities(images.data, batch.length);
    for (const [i, { familiarity, crop }] of brought.entries()) {
      const row = rows.subarray(i * classes, (i + 1) * classes);
      const values = normalizedRow(row);
      if (!values.every(Number.isFinite)) throw noAnswer(nameOf(batch[i]) ?? `picture ${start + i + 1}`);
      answers.push({ probabilities: values, label: facts.classes[argmax(row)]!, familiarity, crop });
    }
    onProgress?.(answers.length, pictures.length);
  }
  return answers;
}

// Of a file, as pages have it.
const nameOf = (picture: unknown) => (picture as { readonly name?: string }).name;

/**
 * Pictures as a model's graph takes them: `images` uint8 [N, height, width, 3], and how each was brought there.
 *
 * @param options.redCell width of a red cell, pixels, if the scale is known
 */
export async function bringPictures<Picture>(
  pictures: readonly Picture[],
  facts: PictureFacts,
  { read, redCell }: { readonly read: ReadPicture<Picture>; readonly redCell?: number | undefined },
) {
  const [height, width] = facts.imageSize;
  const size = height * width * 3;
  const data = new Uint8Array(pictures.length * size);
  const brought: Omit<BroughtImage, "pixels">[] = [];
  for (const [i, picture] of pictures.entries()) {
    const { pixels, ...how } = bringImage(await read(picture), facts, redCell);
    data.set(pixels, i * size);
    brought.push(how);
  }
  return { images: { data, shape: [pictures.length, height, width, 3] }, brought };
}

/** What the nuclei of a batch say of its scale. */
export interface PicturesScale extends MeasuredScale {
  /** What is to be said of it, a sentence each. */
  readonly notes: readonly string[];
}

/** Measures the scale of pictures of one laboratory by the nuclei of their cells. @throws ERR_IMAGE if one can't be read. */
export async function scaleOfPictures<Picture>(
  pictures: readonly Picture[],
  read: ReadPicture<Picture>,
): Promise<PicturesScale> {
  const cells: CellSizes[] = [];
  for (const picture of pictures) cells.push(cellSizes(await read(picture)));
  const measured = measureScale(cells);
  const note = nucleiNote(measured);
  return { ...measured, notes: [...scaleNotes(measured.scale, measured), ...(note === undefined ? [] : [note])] };
}

/**
 * Width of a red cell at which pictures are cropped: as told, else as the model carries it, else as their cells say;
 * undefined if each cell's own nucleus is to tell it, or the model takes whole pictures.
 *
 * @param options.told as on the command line, such as 0.10um or 72px
 * @throws ERR_USAGE if it is no scale, or the model takes whole pictures.
 */
export async function redCellOfPictures<Picture>(
  pictures: readonly Picture[],
  { cropRedCells, scale }: Pick<ClassifierFacts, "cropRedCells" | "scale">,
  { told, read }: { readonly told: string | undefined; readonly read: ReadPicture<Picture> },
): Promise<number | undefined> {
  if (told !== undefined && cropRedCells === undefined)
    throw new LeukogramError("ERR_USAGE", "the model takes whole images and does not use a scale", {
      hint: "Remove scale.",
    });
  if (cropRedCells === undefined) return undefined;
  if (told !== undefined) return parseScale(told).redCell;
  return (scale ?? (await scaleOfPictures(pictures, read)).scale)?.redCell;
}

/** An image that divides by nothing, such as one that is black all over: what divides by its contrast has no answer. */
export function noAnswer(name: string): LeukogramError {
  return new LeukogramError("ERR_IMAGE", `${name}: the model returned NaN for this image`);
}
