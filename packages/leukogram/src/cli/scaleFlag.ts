// `--scale`: how large a laboratory's pictures show a cell, and what commands say of it.

import type { Command } from "commander";
import { parseToldScales, type ToldScales } from "../data/scale/toldScales.ts";
import type { CellCrops, CropSummary } from "../evaluation/crops/cellCrops.ts";
import { scaleSentences } from "../evaluation/crops/scaleWords.ts";
import { collect } from "./options.ts";
import { addPictureFlags } from "./pictureFlags.ts";
import type { Progress } from "./progress.ts";

/** Values of the flag. */
export interface ScaleFlag {
  readonly scale?: readonly string[] | undefined;
}

/** `--scale`, and the flags of all that reads pictures; of `several` laboratories once for each. */
export function addScaleFlag(command: Command, { several = false }: { readonly several?: boolean } = {}): void {
  const each = several ? "; with several laboratories NAME=72px, repeated for each" : "";
  command.option(
    several ? "--scale <[name=]scale>" : "--scale <scale>",
    `scale of the images: width of a red cell in pixels (72px), or size of a pixel (0.10um)${each} (default: measured from the cells' nuclei)`,
    collect,
  );
  addPictureFlags(command);
}

/** The scales that the user told. @throws ERR_USAGE for what is none. */
export function toldScalesOf({ scale = [] }: ScaleFlag): ToldScales {
  return parseToldScales(scale);
}

/** Says the scale of each laboratory, before its cells are classified. */
export function tellScale(progress: Progress, { laboratories }: Pick<CellCrops, "laboratories">): void {
  for (const line of scaleSentences(laboratories)) progress.line(line);
}

/** Says what a reader must know of the scale and the crops, once cells are classified. */
export function tellCropNotes(progress: Progress, crops: CropSummary | undefined): void {
  for (const note of crops?.notes ?? []) progress.line(`Note: ${note}`);
}
