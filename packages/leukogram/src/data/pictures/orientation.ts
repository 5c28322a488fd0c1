import { TAGS, tagNumber, tiffPages } from "../tiff/pages.ts";
import { jpegSegments } from "./pictureHead.ts";

/** What is said of a picture that asks to be turned. */
export const NOT_TURNED = "has an EXIF rotation, which is ignored";

/** The EXIF orientation of a JPEG file: 1 if it stands as it should, or says nothing. */
export function jpegOrientation(bytes: Uint8Array): number {
  // APP1 with "Exif\0\0", behind which lies a TIFF file without pixels.
  for (const { marker, bytes: part } of jpegSegments(bytes))
    if (marker === 0xe1 && String.fromCharCode(...part.subarray(0, 4)) === "Exif")
      return exifOrientation(part.subarray(6));
  return 1;
}

function exifOrientation(exif: Uint8Array): number {
  try {
    const [page] = tiffPages(exif);
    return page === undefined ? 1 : tagNumber(page, TAGS.orientation, 1);
  } catch {
    return 1; // cut short: the picture is what counts
  }
}
