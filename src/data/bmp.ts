import type { RgbImage } from "./image.ts";

/** Whether the bytes start as a Windows bitmap does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes an uncompressed Windows bitmap of 8 (palette), 24 or 32 bits, which libvips cannot; TensorFlow's
 * `decode_bmp` reads the same kinds.
 *
 * @throws RangeError where the file is cut short, of another kind, or has more than `maxPixels` pixels.
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): RgbImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 54) throw new RangeError("the file is cut short");
  const headerSize = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  // 3 (bit fields) is how 32-bit bitmaps with the usual channel order are often written.
  if (!(compression === 0 || (compression === 3 && bits === 32)) || ![8, 24, 32].includes(bits)) {
    throw new RangeError(`bitmaps of ${bits} bits with compression ${compression} are not supported`);
  }
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new RangeError(`the size ${width} x ${height} is not one of an image`);
  if (width * height > maxPixels) throw new RangeError(`${width} x ${height} pixels exceed pixel limit`);
  const start = view.getUint32(10, true);
  const stride = ((bits * width + 31) >>> 5) * 4; // rows end at a multiple of 4 bytes
  if (bytes.length < start + stride * height) throw new RangeError("the file is cut short");
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signedHeight > 0 ? height - 1 - y : y); // stored from the bottom up
    for (let x = 0; x < width; x++) {
      const source = bits === 8 ? 14 + headerSize + 4 * bytes[row + x]! : row + (bits >>> 3) * x;
      const target = (y * width + x) * 3;
      data[target] = bytes[source + 2]!; // stored as BGR
      data[target + 1] = bytes[source + 1]!;
      data[target + 2] = bytes[source]!;
    }
  }
  return { width, height, data };
}
