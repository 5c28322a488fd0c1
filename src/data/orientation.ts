import { TAGS, tagNumber, tiffPages } from "./tiff/pages.ts";

/** What is said of a picture that asks to be turned. */
export const NOT_TURNED = "asks to be turned (its EXIF orientation), and is read as it is stored";

/** The EXIF orientation of a JPEG file: 1 where it stands as it should, or says nothing. */
export function jpegOrientation(bytes: Uint8Array): number {
  for (let at = 2; at + 10 < bytes.length && bytes[at] === 0xff; ) {
    const [marker, size] = [bytes[at + 1]!, (bytes[at + 2]! << 8) | bytes[at + 3]!];
    if (marker === 0xda) break; // the pixels begin
    // APP1 with "Exif\0\0", behind which lies a TIFF file without pixels.
    if (marker === 0xe1 && String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "Exif")
      return exifOrientation(bytes.subarray(at + 10, at + 2 + size));
    at += 2 + size;
  }
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
