import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { isBmp } from "../data/pictures/bmp.ts";
import { decodeImage } from "../data/pictures/image.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { sharp } from "../data/pictures/sharp.ts";

/** What a file says of itself, before its pixels are looked at. */
export interface ImageFacts {
  /** Of the content: "jpeg", "png", "bmp", ... */
  readonly format: string;
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** Things that make a picture another one than the rest, in words; none for a plain RGB picture of 8 bits. */
  readonly oddities: readonly Oddity[];
}

/** A way in which a picture differs from plain RGB of 8 bits. */
export type Oddity =
  | "greyscale"
  | "alpha"
  | "cmyk"
  | "16 bits"
  | "rotated by EXIF"
  | "other content than its name says";

/** A picture with its facts, or why it can't be read. */
export type ImageExamination =
  | { readonly facts: ImageFacts; readonly image: RgbImage }
  | { readonly facts: undefined; readonly problem: "empty" | "truncated" | "unreadable"; readonly reason: string };

const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  jpeg: [".jpg", ".jpeg", ".jfif"],
  png: [".png"],
  gif: [".gif"],
  bmp: [".bmp"],
  webp: [".webp"],
  tiff: [".tif", ".tiff"],
};

/**
 * Reads a picture, `bits` of 16 being used, and says what is odd about its file.
 *
 * @throws nothing for a bad picture: that is what it is asked for.
 */
export async function examineImage(path: string, bits?: number): Promise<ImageExamination> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    return { facts: undefined, problem: "unreadable", reason: `${path}: ${(cause as Error).message}` };
  }
  try {
    const image = await decodeImage(bytes, { name: path, bits });
    return { image, facts: await factsOf(bytes, image, path) };
  } catch (error) {
    if (!(error instanceof LeukogramError)) throw error;
    const problem = bytes.length === 0 ? "empty" : (await hasHeader(bytes)) ? "truncated" : "unreadable";
    return { facts: undefined, problem, reason: error.reason };
  }
}

// A file with a good header and bad pixels was cut off, or damaged, on its way.
async function hasHeader(bytes: Uint8Array): Promise<boolean> {
  if (isBmp(bytes)) return true;
  return await sharp(bytes)
    .metadata()
    .then(
      ({ width }) => width > 0,
      () => false,
    );
}

async function factsOf(bytes: Uint8Array, image: RgbImage, path: string): Promise<ImageFacts> {
  const { width, height } = image;
  const oddities: Oddity[] = [];
  let format = "bmp";
  if (!isBmp(bytes)) {
    const { format: found, space, depth, hasAlpha, orientation = 1 } = await sharp(bytes).metadata();
    format = found;
    if (space === "cmyk") oddities.push("cmyk");
    if (depth === "ushort") oddities.push("16 bits");
    if (hasAlpha) oddities.push("alpha");
    if (orientation > 1) oddities.push("rotated by EXIF");
  }
  if (isGrey(image)) oddities.push("greyscale");
  const names = EXTENSIONS[format];
  if (names !== undefined && !names.includes(extname(path).toLowerCase()))
    oddities.push("other content than its name says");
  return { format, width, height, oddities };
}

function isGrey({ data }: RgbImage): boolean {
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}
