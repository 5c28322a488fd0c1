import { isJpeg, isWidePng, jpegSegments } from "./pictureHead.ts";
import { sharp } from "./sharp.ts";

/** Values of a picture as its file has them, without alpha: no profile, no curve. */
export interface RawPixels {
  readonly width: number;
  readonly height: number;
  /** 1 or 3 of grey, 3 of RGB, 4 of CMYK. */
  readonly channels: number;
  /** [H, W, channels]; 0 is black, of CMYK no ink. */
  readonly values: Uint8Array | Uint16Array;
}

/** Options of {@link readRaw}. */
export interface RawOptions {
  readonly maxPixels: number;
  /** How the file holds its values. */
  readonly space: "rgb" | "rgb16" | "grey16" | "cmyk";
  /** Of a TIFF file; the first by default. */
  readonly page?: number;
}

/**
 * Reads a picture by libvips.
 *
 * @throws Error if libvips can't.
 */
export async function readRaw(bytes: Uint8Array, { maxPixels, space, page = 0 }: RawOptions): Promise<RawPixels> {
  const isWide = space.endsWith("16");
  const image = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: true, page });
  if (space !== "cmyk") image.removeAlpha();
  // Both at once: libvips would go through another space, and come back with other values.
  if (space !== "rgb") image.pipelineColourspace(space);
  const { data, info } = await image
    .toColourspace(space === "rgb" ? "srgb" : space)
    .raw({ depth: isWide ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true });
  // A Buffer is no plain array of bytes to all that look at what they are given.
  const values = isWide
    ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
    : new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width: info.width, height: info.height, channels: info.channels, values };
}

/** The space of a PNG, JPEG, GIF or WebP file by its header. */
export function spaceOf(bytes: Uint8Array): RawOptions["space"] {
  // The colour type of a PNG file is byte 25, of which 2 is colour.
  if (isWidePng(bytes)) return bytes[25]! & 2 ? "rgb16" : "grey16";
  return isJpeg(bytes) && jpegComponents(bytes) === 4 ? "cmyk" : "rgb";
}

// A JPEG's frame header (SOF0 to SOF15, without DHT, JPG and DAC): precision, height, width, then the number of components.
function jpegComponents(bytes: Uint8Array): number | undefined {
  for (const { marker, bytes: frame } of jpegSegments(bytes))
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return frame[5];
  return undefined;
}
