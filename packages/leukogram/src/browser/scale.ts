import { spread } from "@leukogram/engine/core/spread";
import { type CellSizes, cellSizes } from "../data/microscopy/redCellWidths.ts";
import {
  MOST_MEASURED,
  measureScale as measureCells,
  parseScale,
  type Scale,
  scaleNotes,
} from "../data/scale/scale.ts";
import type { ClassifierFacts } from "../evaluation/classifierFacts.ts";
import { type PicturesScale, redCellOfPictures, scaleOfPictures } from "../evaluation/classifyPictures.ts";
import { type Picture, readPicture } from "./pictures.ts";

/**
 * Measures the scale of pictures of one laboratory by the nuclei of their cells; 20 nuclei or more tell one.
 *
 * @throws ERR_IMAGE if a picture can't be read.
 *
 * @example
 * const { scale } = await measureScale(files);
 * const answers = await classifier.classify(files, { scale: scale && `${scale.redCell}px` });
 */
export function measureScale(pictures: readonly Picture[]): Promise<PicturesScale> {
  return scaleOfPictures(pictures, readPicture);
}

/**
 * Width of a red cell at which pictures are cropped: as told, else as the model carries it, else as their cells say;
 * undefined if each cell's own nucleus is to tell it, or the model takes whole pictures.
 *
 * @param told as on the command line, such as 0.10um or 72px
 * @throws ERR_USAGE if it is no scale, or the model takes whole pictures.
 */
export function redCellOf(
  facts: Pick<ClassifierFacts, "cropRedCells" | "scale">,
  pictures: readonly Picture[],
  told: string | undefined,
): Promise<number | undefined> {
  return redCellOfPictures(pictures, facts, { told, read: readPicture });
}

/** The scale that pictures are cropped at. */
export interface ChosenScale {
  /** Undefined if each cell's own nucleus is to tell it, or the model takes whole pictures. */
  readonly scale: Scale | undefined;
  /** What is to be said of it, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * The scale of pictures of one laboratory, as commands choose it: as told, else as the model carries it, else as their
 * cells say; and what the cells say against it. At most 200 pictures are looked at; those that can't be read are left out.
 *
 * @param told as on the command line, such as 0.10um or 72px
 * @throws ERR_USAGE if it is no scale, or the model takes whole pictures.
 */
export async function chooseScale(
  model: Pick<ClassifierFacts, "cropRedCells" | "scale">,
  pictures: readonly Picture[],
  told?: string | undefined,
): Promise<ChosenScale> {
  // Without pictures: what is told is checked, and nothing is measured.
  if (told !== undefined) await redCellOf(model, [], told);
  if (model.cropRedCells === undefined) return { scale: undefined, notes: [] };
  const cells: CellSizes[] = [];
  for (const picture of spread(pictures, MOST_MEASURED)) {
    const image = await readPicture(picture).catch(() => undefined);
    if (image !== undefined) cells.push(cellSizes(image));
  }
  const measured = measureCells(cells);
  const scale = told === undefined ? (model.scale ?? measured.scale) : parseScale(told);
  return { scale, notes: scaleNotes(scale, measured) };
}
