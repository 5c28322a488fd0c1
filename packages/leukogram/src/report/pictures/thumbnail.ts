import { decodeImage } from "../../data/pictures/image.ts";
import { sharp } from "../../data/pictures/sharp.ts";

const SIDE = 96;

/** A small JPEG of an image file, of any kind that is read, as a data URI; undefined if it can't be read. */
export async function thumbnail(path: string): Promise<string | undefined> {
  try {
    const { data, width, height } = await decodeImage(path);
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(SIDE, SIDE, { fit: "cover" })
      .jpeg()
      .toBuffer();
    return `data:image/jpeg;base64,${bytes.toString("base64")}`;
  } catch {
    return undefined;
  }
}
