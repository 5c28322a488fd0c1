import type { RgbImage } from "./rgbImage.ts";
import { UnreadKind } from "./unreadKind.ts";

/** Whether the bytes start as a Windows bitmap does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** What a bitmap's header says. */
interface BmpHeader {
  readonly width: number;
  /** Below 0 if rows are stored from the top down. */
  readonly signedHeight: number;
  readonly bits: number;
  readonly compression: number;
  /** Where the colours of a palette begin, and how many bytes each has. */
  readonly palette: number;
  readonly paletteWidth: number;
}

const NONE = 0;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;
const COMPRESSIONS: Readonly<Record<number, string>> = {
  1: "run lengths (RLE8)",
  2: "run lengths (RLE4)",
  4: "JPEG",
  5: "PNG",
};

/** Width and height of a bitmap by its first 26 bytes, pixels. @throws RangeError if there are fewer. */
export function bmpSize(head: Uint8Array): { width: number; height: number } {
  const { width, signedHeight } = readHeader(head);
  return { width, height: Math.abs(signedHeight) };
}

/**
 * Decodes an uncompressed Windows or OS/2 bitmap of 1, 4 or 8 bits (palette), or of 16, 24 or 32 bits in the usual order or
 * that of its masks, which libvips cannot.
 *
 * @throws UnreadKind for another kind; RangeError if the file is incomplete, or has more than `maxPixels` pixels.
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): RgbImage {
  const header = readHeader(bytes);
  const { width, signedHeight, bits } = header;
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new RangeError(`invalid image size ${width} x ${height}`);
  if (width * height > maxPixels) throw new RangeError(`${width} x ${height} pixels exceed pixel limit`);
  const start = viewOf(bytes).getUint32(10, true);
  const stride = ((bits * width + 31) >>> 5) * 4; // rows end at a multiple of 4 bytes
  if (bytes.length < start + stride * height) throw new RangeError("the file is incomplete");
  const data = new Uint8Array(width * height * 3);
  const colourOf = bits <= 8 ? byPalette(bytes, header, data) : byMasks(bytes, header, data);
  for (let y = 0, to = 0; y < height; y++) {
    const row = start + stride * (signedHeight > 0 ? height - 1 - y : y); // stored from the bottom up
    for (let x = 0; x < width; x++, to += 3) colourOf(row, x, to);
  }
  return { width, height, data };
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readHeader(bytes: Uint8Array): BmpHeader {
  const view = viewOf(bytes);
  const size = bytes.length < 26 ? 0 : view.getUint32(14, true);
  if (size === 12) {
    const [width, signedHeight] = [view.getUint16(18, true), view.getInt16(20, true)];
    return { width, signedHeight, bits: view.getUint16(24, true), compression: NONE, palette: 26, paletteWidth: 3 };
  }
  if (size < 16) throw new RangeError("the file is incomplete");
  const [width, signedHeight] = [view.getInt32(18, true), view.getInt32(22, true)];
  const bits = bytes.length < 34 ? 0 : view.getUint16(28, true);
  const compression = bits > 0 && size > 16 ? view.getUint32(30, true) : NONE;
  return { width, signedHeight, bits, compression, palette: 14 + size, paletteWidth: 4 };
}

// Writes the colour of a row's pixel to place `to` of the picture.
type ColourOf = (row: number, x: number, to: number) => void;

function byPalette(
  bytes: Uint8Array,
  { bits, compression, palette, paletteWidth }: BmpHeader,
  data: Uint8Array,
): ColourOf {
  requireKind(bits, compression, [1, 4, 8].includes(bits) && compression === NONE);
  const perByte = 8 / bits;
  return (row, x, to) => {
    const byte = bytes[row + Math.floor(x / perByte)]!;
    const index = (byte >>> (8 - bits * ((x % perByte) + 1))) & (2 ** bits - 1); // the first pixel in the highest bits
    const at = palette + paletteWidth * index;
    for (let k = 0; k < 3; k++) data[to + k] = bytes[at + 2 - k]!; // stored as BGR
  };
}

/** Red, green and blue where no masks are given. */
const USUAL: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x3e0, 0x1f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

function byMasks(bytes: Uint8Array, { bits, compression }: BmpHeader, data: Uint8Array): ColourOf {
  const view = viewOf(bytes);
  const isMasked = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  const isOs2 = view.getUint32(14, true) === 64; // where 3 is a compression of its own
  requireKind(bits, compression, bits in USUAL && (compression === NONE || (isMasked && bits !== 24 && !isOs2)));
  // Of all headers the masks stand behind the first 40 bytes, inside it or after it.
  const masks = isMasked ? [54, 58, 62].map((at) => view.getUint32(at, true)) : USUAL[bits]!;
  const fields = masks.map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    const most = mask >>> shift;
    if (mask === 0 || (most & (most + 1)) !== 0) throw new RangeError(`invalid mask ${mask.toString(16)}`);
    return { mask, shift, most };
  });
  const width = bits >>> 3;
  return (row, x, to) => {
    let value = 0;
    for (let k = 0; k < width; k++) value |= bytes[row + x * width + k]! << (8 * k);
    for (let k = 0; k < 3; k++) {
      const { mask, shift, most } = fields[k]!;
      data[to + k] = Math.round((((value & mask) >>> shift) * 255) / most);
    }
  };
}

function requireKind(bits: number, compression: number, isRead: boolean): void {
  if (isRead) return;
  const how = COMPRESSIONS[compression];
  throw new UnreadKind(
    how === undefined
      ? `a bitmap of ${bits} bits with compression ${compression}`
      : `a bitmap of ${bits} bits, compressed by ${how}`,
    "Save it as PNG.",
  );
}
