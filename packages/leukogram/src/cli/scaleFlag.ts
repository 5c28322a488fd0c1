// `--scale`: how large a laboratory's pictures show a cell.

import type { Command } from "commander";
import { collect } from "./options.ts";
import { addPictureFlags } from "./pictureFlags.ts";

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
