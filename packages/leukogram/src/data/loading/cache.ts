import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { bitsKey } from "../pictures/pictureSets.ts";
import type { Sample } from "../sample.ts";
import { buildCache, type CacheIndex, type ImageCacheOptions, type SkippedImage } from "./cacheBuild.ts";
import { defaultCacheDir } from "./cacheDir.ts";

/** Raised where the bytes of a cache change meaning, so that old ones are not read. */
const CACHE_VERSION = 2;

/** Images of one size, decoded once, read from one file. */
export interface ImageCache {
  /** Path of the pixels: uint8 [N, height, width, 3], without a header. */
  readonly file: string;
  readonly height: number;
  readonly width: number;
  /** Images in the file: the samples, and where these are a part of others, those too. */
  readonly count: number;
  /** The samples, by index. */
  readonly samples: readonly Sample[];
  /** Place in the file of each sample. */
  readonly places: readonly number[];
  readonly skipped: readonly SkippedImage[];
  /** Reads image `index` into `into` from `offset` on: [height, width, 3]. */
  read(index: number, into: Uint8Array, offset?: number): void;
  close(): void;
}

/**
 * Opens the cache of these images at this size, and builds it first if there is none yet. It is keyed by the
 * files' paths, sizes and times of change, so that a changed image is decoded again.
 *
 * @throws LeukogramError ERR_IMAGE if an image is bad and `skipBad` is off, ERR_DATA if none is left, ERR_OUTPUT
 * if the cache cannot be written (a full disk), ERR_ABORTED.
 */
export async function openImageCache(samples: readonly Sample[], options: ImageCacheOptions): Promise<ImageCache> {
  const { imageSize, cacheDir = defaultCacheDir(), skipBad = false, among = samples } = options;
  const [height, width] = imageSize;
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw new LeukogramError(
      "ERR_USAGE",
      `the image size must be whole numbers above 0, received ${height} x ${width}`,
    );
  }
  makeFolder(cacheDir);
  const key = cacheKey(among, await bitsKey(among.map(({ path }) => path)), { ...options, height, width });
  const file = join(cacheDir, `${key}.bin`);
  const old = readIndex(cacheDir, key, height * width * 3);
  const index = old ?? (await buildCache(among, { ...options, height, width, cacheDir, key, skipBad }));
  const part = partOf(index, samples, among);
  if (part.skipped.length > 0 && !skipBad) throw badImages(part.skipped);
  if (part.samples.length === 0) {
    throw new LeukogramError("ERR_DATA", `none of the ${samples.length} images can be decoded`, {
      hint: "Check that the folder contains images.",
    });
  }
  return openFile(file, { height, width, count: index.kept.length, ...part });
}

// Which of the samples are in the file, and where. They are known by their paths, as labels may differ by part.
function partOf(
  { kept, skipped }: CacheIndex,
  samples: readonly Sample[],
  among: readonly Sample[],
): Pick<ImageCache, "samples" | "places" | "skipped"> {
  const placeOf = new Map(kept.map((i, place) => [among[i]!.path, place]));
  const files = new Set(samples.map(({ file }) => file));
  const own = samples.filter(({ path }) => placeOf.has(path));
  return {
    samples: own,
    places: own.map(({ path }) => placeOf.get(path)!),
    skipped: skipped.filter(({ file }) => files.has(file)),
  };
}

function openFile(file: string, known: Omit<ImageCache, "file" | "read" | "close">): ImageCache {
  const fd = openSync(file, "r");
  const size = known.height * known.width * 3;
  let open = true;
  return {
    file,
    ...known,
    read(index, into, offset = 0) {
      if (!(index >= 0 && index < known.samples.length)) {
        throw new RangeError(`image ${index} of a cache of ${known.samples.length} images`);
      }
      const got = readSync(fd, into, offset, size, known.places[index]! * size);
      if (got !== size) throw new LeukogramError("ERR_DATA", `the cache ${file} is incomplete`, { hint: "Delete it." });
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

function cacheKey(
  samples: readonly Sample[],
  bits: string,
  { height, width, shrink, prepare }: ImageCacheOptions & { readonly height: number; readonly width: number },
): string {
  // Neither counts where it is not used: caches of earlier versions stay good.
  const steps = [...(shrink === "area" ? ["area"] : []), ...(prepare === undefined ? [] : [`prepare ${prepare.name}`])];
  if (bits !== "") steps.push(`bits ${bits}`);
  const hash = createHash("sha256").update(JSON.stringify([CACHE_VERSION, height, width, ...steps]));
  for (const { path } of samples) {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: -1, mtimeMs: 0 };
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  return hash.digest("hex").slice(0, 32);
}

// The index is written after the pixels, so that where it is, they are whole.
function readIndex(cacheDir: string, key: string, imageBytes: number): CacheIndex | undefined {
  const path = join(cacheDir, `${key}.json`);
  const pixels = join(cacheDir, `${key}.bin`);
  if (!existsSync(path) || !existsSync(pixels)) return undefined;
  const index = parseIndex(readFileSync(path, "utf8"));
  return index !== undefined && statSync(pixels).size === index.kept.length * imageBytes ? index : undefined;
}

function parseIndex(text: string): CacheIndex | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // written by a run that was killed: build it again
  }
}

function badImages(skipped: readonly SkippedImage[]): LeukogramError {
  const others = skipped.length - 1;
  const rest = others === 0 ? "" : ` (and ${others} other bad ${others === 1 ? "image" : "images"})`;
  return new LeukogramError("ERR_IMAGE", `${skipped[0]!.reason}${rest}`, {
    hint: "Fix or remove them, or skip them with --skip-bad.",
  });
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new LeukogramError("ERR_OUTPUT", `cannot make the cache folder ${dir}: ${(cause as Error).message}`, {
      hint: "Set LEUKOGRAM_CACHE to another folder.",
      cause,
    });
  }
}
