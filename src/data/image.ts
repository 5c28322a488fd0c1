import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { LeukogramError } from "../core/errors.ts";
import { decodeBmp, isBmp } from "./bmp.ts";
import { decodeFastJpeg } from "./fastJpeg.ts";
import type { JpegDct } from "./jpegDct.ts";

/** A decoded picture. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** [H, W, 3], RGB, 0 to 255. */
  readonly data: Uint8Array;
}

/** Options of {@link decodeImage}. */
export interface DecodeOptions {
  /** What error messages call an image given as bytes; "image" by default. */
  readonly name?: string;
  /** Larger pictures are refused before they take memory; 64 megapixels by default. */
  readonly maxPixels?: number;
  /** "accurate" by default. */
  readonly jpegDct?: JpegDct | undefined;
}

/**
 * Decodes a JPEG, PNG, GIF (first frame), BMP, WebP or TIFF file to 8-bit RGB as TensorFlow's `decode_image` does:
 * no EXIF rotation, no colour profile, the alpha channel dropped.
 *
 * @throws LeukogramError ERR_IMAGE, naming the file, where it is missing, empty, cut short, no image, or too large.
 */
export async function decodeImage(
  source: string | Uint8Array,
  { name = typeof source === "string" ? source : "image", maxPixels = 64e6, jpegDct = "accurate" }: DecodeOptions = {},
): Promise<RgbImage> {
  const bytes = typeof source === "string" ? await readBytes(source, name) : source;
  if (bytes.length === 0) {
    throw new LeukogramError("ERR_IMAGE", `${name}: the file is empty (0 bytes)`, { hint: "Copy it again." });
  }
  try {
    return isBmp(bytes) ? decodeBmp(bytes, maxPixels) : await decodeWithSharp(bytes, maxPixels, jpegDct);
  } catch (cause) {
    throw explain(cause as Error, name, maxPixels);
  }
}

async function decodeWithSharp(bytes: Uint8Array, maxPixels: number, jpegDct: JpegDct): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: true })
    .removeAlpha()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  // A Buffer is no plain array of bytes to all that look at what they are given.
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const rgb = info.channels === 3 ? pixels : repeatChannel(pixels, info.channels);
  const { width, height } = info;
  // sharp has read it, so that what is damaged or too large is told in the same words.
  const isFast = jpegDct === "fast" && bytes[0] === 0xff && bytes[1] === 0xd8;
  return { width, height, data: isFast ? await decodeFastJpeg(bytes) : rgb };
}

// [N, C] -> [N, 3], the first channel three times.
function repeatChannel(grey: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((grey.length / channels) * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = grey[Math.floor(i / 3) * channels]!;
  return rgb;
}

async function readBytes(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new LeukogramError("ERR_IMAGE", `${name}: ${missing ? "there is no such file" : (cause as Error).message}`, {
      hint: "Check the path and that the file may be read.",
      cause,
    });
  }
}

function explain(cause: Error, name: string, maxPixels: number): LeukogramError {
  const text = cause.message.replace(/\s+/g, " ").trim();
  if (/exceeds? pixel limit/i.test(text)) {
    const limit = Math.round(maxPixels / 1e6);
    return new LeukogramError("ERR_IMAGE", `${name}: the picture is larger than ${limit} megapixels`, {
      hint: "Crop the single cells out of it, or save it smaller.",
      cause,
    });
  }
  if (/unsupported image format/i.test(text)) {
    return new LeukogramError("ERR_IMAGE", `${name}: this is no picture in a known format, whatever its name says`, {
      hint: "Save it as JPEG or PNG.",
      cause,
    });
  }
  return new LeukogramError("ERR_IMAGE", `${name}: the picture is damaged or cut short (${text})`, {
    hint: "Copy it again, or leave it out.",
    cause,
  });
}
