// The scale that files say of themselves: TIFF's resolution, ImageJ's and OME's width of a pixel.

import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { isTiff } from "../tiff/pages.ts";
import { planTiff } from "../tiff/plan.ts";
import { RED_CELL_ERROR, RED_CELL_MICROMETRES, type Scale } from "./scale.ts";

/** Widths of pixels that differ by more than this share are of several scales. */
const SAME = 0.01;

/**
 * The scale of pictures that all say one width of a pixel, of those that a microscope can have; undefined if one says
 * none or another.
 *
 * @throws ERR_ABORTED
 */
export async function scaleInFiles(
  paths: readonly string[],
  { signal }: { readonly signal?: StopSignal | undefined } = {},
): Promise<Scale | undefined> {
  if (!paths.every((path) => /\.tiff?$/i.test(path))) return undefined;
  let first: number | undefined;
  for (const path of paths) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "reading scales of files was interrupted");
    const micrometres = await widthOfPixel(path);
    if (micrometres === undefined) return undefined;
    first ??= micrometres;
    if (Math.abs(micrometres / first - 1) > SAME) return undefined;
  }
  if (first === undefined) return undefined;
  return { redCell: RED_CELL_MICROMETRES / first, error: RED_CELL_ERROR, source: "file", cells: 0 };
}

async function widthOfPixel(path: string): Promise<number | undefined> {
  try {
    const bytes = await readFile(path);
    return isTiff(bytes) ? planTiff(bytes).micrometres : undefined;
  } catch {
    return undefined; // what can't be read is reported when it is decoded
  }
}
