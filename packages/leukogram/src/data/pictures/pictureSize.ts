import { LeukogramError } from "@leukogram/engine/core/errors";
import { bmpSize, isBmp } from "./bmp.ts";
import { sharp } from "./sharp.ts";

/**
 * Width and height of a picture by its header, without decoding it.
 *
 * @param head the file's first bytes, 26 of them where there are as many
 * @throws ERR_IMAGE if it is not an image in a known format, or has more pixels than `maxPixels`.
 */
export async function pictureSize(
  path: string,
  { head, maxPixels }: { readonly head: Buffer; readonly maxPixels: number },
): Promise<{ width: number; height: number }> {
  const { width, height } = await readSize(path, head);
  if (width * height <= maxPixels) return { width, height };
  throw new LeukogramError("ERR_IMAGE", `larger than ${Math.round(maxPixels / 1e6)} megapixels`);
}

async function readSize(path: string, head: Buffer): Promise<{ width: number; height: number }> {
  if (isBmp(head) && head.length >= 26) return bmpSize(head);
  try {
    const { width, height, format } = await sharp(path, { limitInputPixels: false }).metadata();
    if (["jpeg", "png", "gif", "webp", "tiff"].includes(format)) return { width, height };
  } catch {
    // told below
  }
  throw new LeukogramError("ERR_IMAGE", "not an image in a known format");
}
