import sharp from "sharp";

const SIDE = 96;

/** A small JPEG of an image file as a data URI; undefined where it can't be read. */
export async function thumbnail(path: string): Promise<string | undefined> {
  try {
    const bytes = await sharp(path, { ignoreIcc: true })
      .removeAlpha()
      .resize(SIDE, SIDE, { fit: "cover" })
      .jpeg()
      .toBuffer();
    return `data:image/jpeg;base64,${bytes.toString("base64")}`;
  } catch {
    return undefined;
  }
}
