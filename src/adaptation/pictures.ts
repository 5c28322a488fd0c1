import { availableParallelism } from "node:os";
import { LeukogramError } from "../core/errors.ts";
import { takeRows } from "../core/rows.ts";
import { decodeImage, type RgbImage } from "../data/image.ts";
import { copyInto, layoutTarget } from "../data/pixelLayout.ts";
import { resizeBilinearUint8 } from "../data/resize.ts";
import { badImage } from "../evaluation/classifier.ts";
import { CellPictures } from "../training/cellPictures.ts";
import { spread } from "../training/homeMemory.ts";
import type { OpenRun } from "./openRun.ts";

/** Pictures as a model's first layer takes them. */
export interface Pictures {
  /** uint8 [count, 3, height, width]. */
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** Options of {@link readPictures}. */
export interface ReadPicturesOptions {
  /** At most so many, spread evenly over the files; default 512. */
  readonly limit?: number;
  /** Whether a bad image is an error; default: it is left out. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Decodes image files and normalises them as the run's model wants them. Images that can't be read are left out.
 *
 * @throws ERR_IMAGE where `strict`; ERR_ABORTED
 */
export async function readPictures(
  { model, cells }: OpenRun,
  files: readonly string[],
  { limit = 512, strict = false, signal, onProgress }: ReadPicturesOptions = {},
): Promise<Pictures> {
  const [height, width] = model.input.shape as [number, number, number];
  const chosen = spread(files, limit);
  const normalizer = cells && new CellPictures(cells);
  const bring = async (image: RgbImage) =>
    normalizer ? (await normalizer.apply(image)).data : resizeBilinearUint8(image, height, width);
  const pixels = new Array<Uint8Array | undefined>(chosen.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    for (let i = next++; i < chosen.length; i = next++) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "reading images was interrupted");
      pixels[i] = await decodeImage(chosen[i]!)
        .then(bring)
        .catch((error) => ifBad(error, strict));
      onProgress?.(++done, chosen.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  } finally {
    await normalizer?.close();
  }
  return planar(
    pixels.filter((image) => image !== undefined),
    height,
    width,
  );
}

/** The pictures of these indices, one after the other. */
export function selectPictures({ data, height, width }: Pictures, indices: readonly number[]): Uint8Array {
  return takeRows(data, 3 * height * width, indices);
}

function ifBad(error: unknown, strict: boolean): undefined {
  if (!(error instanceof LeukogramError)) throw error;
  if (strict) throw badImage(error);
}

// [H, W, 3] each to [N, 3, H, W].
function planar(images: readonly Uint8Array[], height: number, width: number): Pictures {
  const size = 3 * height * width;
  const target = layoutTarget({ phases: 1, height, width }, height, width);
  const data = new Uint8Array(images.length * size);
  for (const [i, image] of images.entries()) copyInto(image, data.subarray(i * size, (i + 1) * size), target);
  return { data, count: images.length, height, width };
}
