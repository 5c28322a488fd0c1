import { availableParallelism } from "node:os";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { takeRows } from "@leukogram/engine/core/rows";
import { spread } from "@leukogram/engine/core/spread";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Value } from "@leukogram/engine/runtime/session";
import { decodeImage } from "../data/pictures/image.ts";
import { copyInto, layoutTarget } from "../data/pictures/pixelLayout.ts";
import { Gate } from "../data/scale/gate.ts";
import { scaleOfFiles } from "../data/scale/laboratoryScales.ts";
import { PictureReading, undefinedIfUnread } from "../data/scale/pictureThreads.ts";
import { badImage } from "../evaluation/classifyFiles.ts";
import { CellPictures } from "../training/cellPictures.ts";
import type { OpenRun } from "./openRun.ts";

/** Pictures as a model's first layer takes them. */
export interface Pictures {
  /** uint8 [count, channels, height, width]. */
  readonly data: Uint8Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Options of {@link readPictures}. */
export interface ReadPicturesOptions {
  /** At most so many, spread evenly over the files; default 512. */
  readonly limit?: number;
  /** Whether a bad image is an error; default: it is left out. */
  readonly strict?: boolean;
  /**
   * Width of a red cell, pixels, by place of the file, where the model crops cells at their scale; default: the scale
   * that the model carries, else that of these files.
   */
  readonly redCellOf?: ((index: number) => number | undefined) | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Decodes image files and normalises them as the run's model wants them. Images that can't be read are left out.
 *
 * @throws ERR_IMAGE if `strict`; ERR_ABORTED
 */
export async function readPictures(
  run: OpenRun,
  files: readonly string[],
  { limit = 512, strict = false, redCellOf, signal, onProgress }: ReadPicturesOptions = {},
): Promise<Pictures> {
  const { model, cells } = run;
  const { cropRedCells: redCells } = run.recipe;
  const [height, width, channels] = model.input.shape as [number, number, number];
  const chosen = spread(
    files.map((path, index) => ({ path, index })),
    limit,
  );
  const normalizer = cells && new CellPictures(cells);
  const target = layoutTarget({ phases: 1, height, width }, height, width);
  const isMeasured = redCells !== undefined && redCellOf === undefined && run.scale === undefined;
  const measured = isMeasured ? await scaleOfFiles(files, { signal }) : undefined;
  const scale = measured === undefined ? run.scale : (measured.file ?? measured.scale);
  const widthOf = redCellOf ?? (() => scale?.redCell);
  const form = { imageSize: [height, width], isSquare: false, cropRedCells: redCells, hasLooks: false } as const;
  const reading = new PictureReading(normalizer ? 0 : chosen.length, signal);
  const gate = new Gate(availableParallelism() + 1);
  const normalize = async (by: CellPictures, path: string) => {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "reading images was interrupted");
    return await by.planar(await decodeImage(path));
  };
  const bring = async (path: string, index: number) => {
    if (normalizer) return await gate.pass(() => normalize(normalizer, path));
    const planar = new Uint8Array(3 * height * width);
    copyInto((await reading.bring(path, form, widthOf(index))).pixels, planar, target);
    return planar;
  };
  let done = 0;
  const bringOrLeave = async ({ path, index }: { readonly path: string; readonly index: number }) => {
    const planar = await bring(path, index).catch((error) => ifBad(error, strict));
    onProgress?.(++done, chosen.length);
    return planar;
  };
  let pixels: readonly (Uint8Array | undefined)[];
  try {
    pixels = await Promise.all(chosen.map(bringOrLeave));
  } finally {
    await reading.close();
    await normalizer?.close();
  }
  const read = pixels.filter((image) => image !== undefined);
  const data = new Uint8Array(read.length * channels * height * width);
  for (const [i, image] of read.entries()) data.set(image, i * image.length);
  return { data, count: read.length, channels, height, width };
}

/** The pictures of these indices, one after the other, as a graph's input. */
export function selectPictures({ data, channels, height, width }: Pictures, indices: readonly number[]): Value {
  const size = channels * height * width;
  return { data: takeRows(data, size, indices), shape: [indices.length, channels, height, width] };
}

function ifBad(error: unknown, strict: boolean): undefined {
  undefinedIfUnread(error);
  if (strict) throw badImage(error as LeukogramError);
}
