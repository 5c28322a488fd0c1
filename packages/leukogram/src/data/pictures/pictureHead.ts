// What the first bytes of a picture say of it, without a decoder, in Node and browser alike.

/** A part of a JPEG file. */
export interface JpegSegment {
  readonly marker: number;
  /** Its bytes behind marker and size. */
  readonly bytes: Uint8Array;
}

/** Whether the bytes start as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** The parts of a JPEG file up to its pixels. */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!;
    if (marker === 0xda) return; // the pixels begin
    // Markers may be filled up in front.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    yield { marker, bytes: bytes.subarray(at + 4, end) };
    at = end;
  }
}

/** Whether a PNG file has 16 bits a channel, by its first 25 bytes: its first chunk, IHDR, has them at byte 24. */
export function isWidePng(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[24] === 16;
}
