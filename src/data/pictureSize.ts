import { open } from "node:fs/promises";
import sharp from "sharp";
import { LeukogramError } from "../core/errors.ts";
import { isBmp } from "./bmp.ts";

/**
 * Width and height of a picture by its header, without decoding it.
 *
 * @throws ERR_IMAGE where it is no picture in a known format, or has more pixels than `maxPixels`.
 */
export async function pictureSize(path: string, maxPixels: number): Promise<{ width: number; height: number }> {
  const { width, height } = await readSize(path);
  if (width * height <= maxPixels) return { width, height };
  throw new LeukogramError("ERR_IMAGE", `larger than ${Math.round(maxPixels / 1e6)} megapixels`);
}

async function readSize(path: string): Promise<{ width: number; height: number }> {
  const head = await firstBytes(path, 26);
  if (isBmp(head) && head.length === 26)
    return { width: Math.abs(head.readInt32LE(18)), height: Math.abs(head.readInt32LE(22)) };
  try {
    const { width, height, format } = await sharp(path, { limitInputPixels: false }).metadata();
    if (["jpeg", "png", "gif", "webp", "tiff"].includes(format)) return { width, height };
  } catch {
    // told below
  }
  throw new LeukogramError("ERR_IMAGE", "no picture in a known format");
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
