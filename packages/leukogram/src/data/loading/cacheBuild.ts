import { type FileHandle, open, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { replaceFile } from "@leukogram/engine/formats/writeFile";
import { decodeImage } from "../pictures/image.ts";
import { resizeBilinearUint8 } from "../pictures/resize.ts";
import { resizeArea } from "../pictures/resizeArea.ts";
import type { RgbImage } from "../pictures/rgbImage.ts";
import type { Sample } from "../sample.ts";
import type { defaultCacheDir } from "./cacheDir.ts";

/** What the JSON beside a cache's pixels holds. */
export interface CacheIndex {
  readonly height: number;
  readonly width: number;
  /** Indices of the samples whose pixels are in the file, in its order. */
  readonly kept: readonly number[];
  readonly skipped: readonly SkippedImage[];
}

/** Options of {@link buildCache}. */
export interface CacheBuildOptions extends Omit<ImageCacheOptions, "imageSize"> {
  readonly height: number;
  readonly width: number;
  readonly cacheDir: string;
  /** Name of the cache's files, without extension. */
  readonly key: string;
}

/**
 * Decodes and resizes all images into `{key}.bin` and `{key}.json`. A few images at a time are in memory.
 *
 * @throws LeukogramError ERR_OUTPUT if the disk is full or not writable, ERR_ABORTED.
 */
export async function buildCache(samples: readonly Sample[], options: CacheBuildOptions): Promise<CacheIndex> {
  const { cacheDir, key } = options;
  const target = join(cacheDir, `${key}.bin`);
  const indexFile = join(cacheDir, `${key}.json`);
  try {
    const index = await replaceFile(target, async (temporary) => {
      const handle = await open(temporary, "w");
      return await writeImages(samples, handle, options).finally(() => handle.close());
    });
    await replaceFile(indexFile, (temporary) => writeFile(temporary, JSON.stringify(index)));
    return index;
  } catch (cause) {
    throw cause instanceof LeukogramError
      ? cause
      : cannotWrite(cause as NodeJS.ErrnoException, options, samples.length);
  }
}

type Decoded = { readonly pixels: Uint8Array } | { readonly reason: string };

// sharp decodes on its own threads, so several images at once keep all cores busy; the file gets them in order.
async function writeImages(
  samples: readonly Sample[],
  handle: FileHandle,
  { height, width, signal, onProgress, workers = availableParallelism() + 1, shrink, prepare }: CacheBuildOptions,
): Promise<CacheIndex> {
  const resize = shrink === "area" ? resizeArea : resizeBilinearUint8;
  const decode = async (sample: Sample): Promise<Decoded> => {
    try {
      const image = await decodeImage(sample.path);
      return { pixels: resize((await prepare?.apply(image, sample)) ?? image, height, width) };
    } catch (error) {
      if (error instanceof LeukogramError) return { reason: error.reason };
      throw error;
    }
  };
  const ahead: Promise<Decoded>[] = [];
  const kept: number[] = [];
  const skipped: SkippedImage[] = [];
  for (let i = 0; i < samples.length; i++) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "decoding the images was interrupted");
    while (ahead.length < Math.max(1, workers) && i + ahead.length < samples.length) {
      const pending = decode(samples[i + ahead.length]!);
      pending.catch(() => {}); // awaited below, unless an earlier image fails
      ahead.push(pending);
    }
    const image = await ahead.shift()!;
    if ("reason" in image) skipped.push({ file: samples[i]!.file, reason: image.reason });
    else {
      await writeAll(handle, image.pixels);
      kept.push(i);
    }
    onProgress?.(i + 1, samples.length);
  }
  return { height, width, kept, skipped };
}

// A nearly full disk may take a part of what it is given, and fail on the next call only.
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}

function cannotWrite(
  cause: NodeJS.ErrnoException,
  { cacheDir, height, width }: CacheBuildOptions,
  count: number,
): LeukogramError {
  const megabytes = Math.ceil((count * height * width * 3) / 1e6);
  const full = cause.code === "ENOSPC" || cause.code === "EDQUOT";
  const what = full ? `the disk is full; the cache needs ${megabytes} MB` : cause.message;
  return new LeukogramError("ERR_OUTPUT", `cannot write the image cache in ${cacheDir}: ${what}`, {
    hint: "Free some disk space, or set LEUKOGRAM_CACHE to another folder.",
    cause,
  });
}

/** An image that was left out, and why. */
export interface SkippedImage {
  readonly file: string;
  readonly reason: string;
}

/** A change of decoded images that a cache holds ready. */
export interface PrepareStep {
  /** Name, version and settings: part of the cache's key, so that it must change when the pixels do. */
  readonly name: string;
  /** @throws LeukogramError ERR_IMAGE for an image that it can't change, which then counts as bad. */
  apply(image: RgbImage, sample: Sample): RgbImage | Promise<RgbImage>;
}

/** Options of {@link openImageCache}. */
export interface ImageCacheOptions {
  /** [height, width] in pixels. */
  readonly imageSize: readonly [number, number];
  /** {@link defaultCacheDir} by default. */
  readonly cacheDir?: string;
  /** Leave out images that cannot be decoded, and list them, instead of failing. */
  readonly skipBad?: boolean;
  readonly signal?: StopSignal | undefined;
  /** Called after each image that had to be decoded. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Images decoded at a time; as many as there are cores, and one more, by default. */
  readonly workers?: number;
  /** How images get smaller: `tf.image.resize`'s way, the default, or by the mean of areas (antialiased). */
  readonly shrink?: "bilinear" | "area";
  /** Done to each decoded image, before it is resized. */
  readonly prepare?: PrepareStep | undefined;
  /** Samples of which these are a part: all are decoded into one file, which serves other parts of them too. */
  readonly among?: readonly Sample[] | undefined;
}
