import { LeukogramError } from "../core/errors.ts";
import { type CellSizes, cellSizes } from "../data/microscopy/redCellWidths.ts";
import { type MeasuredScale, measureScale as measureCells, nucleiNote, parseScale, scaleNotes } from "../data/scale.ts";
import type { ClassifierFacts } from "../evaluation/classifierFacts.ts";
import { type Picture, readPicture } from "./pictures.ts";

/** What the nuclei of a batch say of its scale. */
export interface PicturesScale extends MeasuredScale {
  /** What is to be said of it, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Measures the scale of pictures of one laboratory by the nuclei of their cells; 20 nuclei or more tell one.
 *
 * @throws ERR_IMAGE where a picture can't be read.
 *
 * @example
 * const { scale } = await measureScale(files);
 * const answers = await classifier.classify(files, { scale: scale && `${scale.redCell}px` });
 */
export async function measureScale(pictures: readonly Picture[]): Promise<PicturesScale> {
  const cells: CellSizes[] = [];
  for (const picture of pictures) cells.push(cellSizes(await readPicture(picture)));
  const measured = measureCells(cells);
  const note = nucleiNote(measured);
  return { ...measured, notes: [...scaleNotes(measured.scale, measured), ...(note === undefined ? [] : [note])] };
}

/**
 * Width of a red cell at which pictures are cropped: as told, else as the model carries it, else as their nuclei say;
 * undefined where each cell's own nucleus is to tell it, or the model takes whole pictures.
 *
 * @param told as on the command line, such as 0.10um or 72px
 * @throws ERR_USAGE where it is no scale, or the model takes whole pictures.
 */
export async function redCellOf(
  { cropRedCells, scale }: Pick<ClassifierFacts, "cropRedCells" | "scale">,
  pictures: readonly Picture[],
  told: string | undefined,
): Promise<number | undefined> {
  if (told !== undefined && cropRedCells === undefined)
    throw new LeukogramError("ERR_USAGE", "the model takes whole pictures, so a scale says nothing to it", {
      hint: "Leave out scale.",
    });
  if (cropRedCells === undefined) return undefined;
  if (told !== undefined) return parseScale(told).redCell;
  return (scale ?? (await measureScale(pictures)).scale)?.redCell;
}
