import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { timed } from "@leukogram/engine/core/spans";
import { shownPath } from "../archives/unpackedFolder.ts";
import { remarkPicture } from "../remarks.ts";
import { decodeTiff } from "../tiff/decodeTiff.ts";
import { isTiff } from "../tiff/pages.ts";
import { decodeBmp, isBmp } from "./bmp.ts";
import { toBytes, toldBits } from "./depth.ts";
import { decodeFastJpeg } from "./fastJpeg.ts";
import type { JpegDct } from "./jpegDct.ts";
import { jpegOrientation, NOT_TURNED } from "./orientation.ts";
import { isJpeg } from "./pictureHead.ts";
import { bitsOfSet } from "./pictureSets.ts";
import { readRaw, spaceOf } from "./rawPixels.ts";
import { type RgbImage, rgbOf } from "./rgbImage.ts";
import { UnreadKind } from "./unreadKind.ts";

/** Options of {@link decodeImage}. */
export interface DecodeOptions {
  /** What error messages call an image given as bytes; "image" by default. */
  readonly name?: string | undefined;
  /** Larger pictures are refused before they take memory; 64 megapixels by default. */
  readonly maxPixels?: number;
  /** "accurate" by default. */
  readonly jpegDct?: JpegDct | undefined;
  /**
   * Bits used of 16, where a PNG or TIFF file has 16; by default what the file says, else what the largest value needs of
   * all pictures that were listed together with it (`openData`), else 16 where its own values need them.
   */
  readonly bits?: number | undefined;
  /** Finds the bits that a file of 16 uses if it does not say so; default: as stated above. */
  readonly findBits?: (() => Promise<number | undefined>) | undefined;
}

/**
 * Decodes a JPEG, PNG, GIF (first frame), BMP, WebP or TIFF file to 8-bit RGB as TensorFlow's `decode_image` does:
 * no EXIF rotation, no colour profile, the alpha channel dropped. docs/pictures.md has what of each format is read.
 *
 * @throws LeukogramError ERR_IMAGE, naming the file, if it is missing, empty, cut short, no image, too large, or of a
 * kind that is not read.
 */
export function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  return timed("Read and decode an image", () => readAndDecode(source, options));
}

async function readAndDecode(
  source: string | Uint8Array,
  {
    name = typeof source === "string" ? shownPath(source) : "image",
    maxPixels = 64e6,
    jpegDct = "accurate",
    bits = toldBits(),
    findBits = async () => (typeof source === "string" ? await bitsOfSet(source) : undefined),
  }: DecodeOptions,
): Promise<RgbImage> {
  const bytes = typeof source === "string" ? await readBytes(source, name) : source;
  if (bytes.length === 0) {
    throw new LeukogramError("ERR_IMAGE", `${name}: the file is empty (0 bytes)`, { hint: "Copy it again." });
  }
  try {
    const shown = typeof source === "string" ? shownPath(source) : name;
    return await decode(bytes, { name: shown, maxPixels, jpegDct, bits, findBits });
  } catch (cause) {
    throw explain(cause as Error, name, maxPixels);
  }
}

interface Reading extends Pick<DecodeOptions, "jpegDct" | "bits"> {
  readonly findBits: () => Promise<number | undefined>;
  readonly name: string;
  readonly maxPixels: number;
}

async function decode(bytes: Uint8Array, { name, maxPixels, jpegDct, bits, findBits }: Reading): Promise<RgbImage> {
  if (isBmp(bytes)) return decodeBmp(bytes, maxPixels);
  if (isTiff(bytes)) return decodeTiff(bytes, { name, maxPixels, read: readRaw, bits, findBits });
  const { width, height, channels, values } = await readRaw(bytes, { maxPixels, space: spaceOf(bytes) });
  const narrow = values instanceof Uint16Array ? toBytes(values, bits ?? (await findBits())) : values;
  if (isJpeg(bytes) && jpegOrientation(bytes) > 1) remarkPicture("orientation not applied", name, NOT_TURNED);
  // sharp has read it, so that what is damaged or too large is reported in the same words.
  return {
    width,
    height,
    data: isJpeg(bytes) && jpegDct === "fast" ? await decodeFastJpeg(bytes) : rgbOf(narrow, channels),
  };
}

async function readBytes(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new LeukogramError("ERR_IMAGE", `${name}: ${missing ? "no such file" : (cause as Error).message}`, {
      hint: "Check the path and the file permissions.",
      cause,
    });
  }
}

function explain(cause: Error, name: string, maxPixels: number): LeukogramError {
  if (cause instanceof UnreadKind)
    return new LeukogramError("ERR_IMAGE", `${name}: ${cause.message}`, { hint: cause.hint, cause });
  const text = cause.message.replace(/\s+/g, " ").trim();
  if (/exceeds? pixel limit/i.test(text)) {
    const limit = Math.round(maxPixels / 1e6);
    return new LeukogramError("ERR_IMAGE", `${name}: the image is larger than ${limit} megapixels`, {
      hint: "Crop the single cells, or save a smaller image.",
      cause,
    });
  }
  if (/unsupported image format/i.test(text)) {
    return new LeukogramError("ERR_IMAGE", `${name}: not an image in a known format`, {
      hint: "Save it as JPEG or PNG.",
      cause,
    });
  }
  return new LeukogramError("ERR_IMAGE", `${name}: the image is damaged or incomplete (${text})`, {
    hint: "Copy it again, or remove it.",
    cause,
  });
}
