// The pixels of a TIFF file without libvips, for browsers: what microscopes and ImageJ write.
import type { RawOptions, RawPixels } from "../pictures/rawPixels.ts";
import { UnreadKind } from "../pictures/unreadKind.ts";
import { unpackers } from "./compressions.ts";
import { TAGS, type TiffPage, tagNumber, tiffPages } from "./pages.ts";

/** How the values of a page lie in its file. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** Values a pixel, and how many of them a block has: 1 if each channel has blocks of its own. */
  readonly samples: number;
  readonly together: number;
  /** Of one block: a tile, or a strip as wide as the picture. */
  readonly block: { readonly width: number; readonly height: number };
  readonly little: boolean;
  /** Whether values are differences to their left neighbours. */
  readonly isDifference: boolean;
}

/**
 * Reads a page of a TIFF file as `readRaw` does, of no compression, LZW, Deflate or PackBits.
 *
 * @throws UnreadKind if it is compressed otherwise or too large; RangeError or Error if the file is damaged.
 */
export async function unpackTiff(bytes: Uint8Array, { maxPixels, page: index = 0 }: RawOptions): Promise<RawPixels> {
  const page = tiffPages(bytes)[index]!;
  const layout = layoutOf(page, bytes[0] === 0x49);
  const { width, height, samples, bits } = layout;
  if (width * height > maxPixels)
    throw new UnreadKind(
      `the image is larger than ${Math.round(maxPixels / 1e6)} megapixels`,
      "Crop the single cells, or save a smaller image.",
    );
  const compression = tagNumber(page, TAGS.compression, 1);
  const unpack = unpackers[compression];
  if (unpack === undefined)
    throw new UnreadKind(
      `TIFF compressed by ${compression === 7 ? "JPEG" : "a fax method"}, which is not read in a browser`,
      "Save it with LZW, or without compression.",
    );
  const size = width * height * samples;
  const values = bits === 16 ? new Uint16Array(size) : new Uint8Array(size);
  const [offsets, counts] = [
    numbersOf(page, TAGS.stripOffsets, TAGS.tileOffsets),
    numbersOf(page, TAGS.stripBytes, TAGS.tileBytes),
  ];
  const across = Math.ceil(width / layout.block.width);
  const blocks = across * Math.ceil(height / layout.block.height);
  for (let i = 0; i < blocks * (samples / layout.together); i++) {
    const [offset, count] = [offsets[i], counts[i]];
    if (offset === undefined || count === undefined || offset + count > bytes.length) throw incomplete();
    const place = { x: (i % blocks) % across, y: Math.floor((i % blocks) / across), channel: Math.floor(i / blocks) };
    const rows = rowsOf(layout, place.y, tagNumber(page, TAGS.tileWidth, 0) > 0);
    const packed = bytes.subarray(offset, offset + count);
    const block = valuesOf(await unpack(packed, rows * rowBytes(layout)), rows, layout);
    put(values, block, { ...place, layout });
  }
  return asRead(values, page, layout);
}

const incomplete = () => new Error("its pixels are incomplete");

function numbersOf(page: TiffPage, ...tags: readonly (typeof TAGS)[keyof typeof TAGS][]): readonly number[] {
  const found = tags.map((tag) => page.get(tag)).find((value) => typeof value === "object");
  return typeof found === "object" ? found : [];
}

function layoutOf(page: TiffPage, little: boolean): Layout {
  const [width, height] = [tagNumber(page, TAGS.width, 0), tagNumber(page, TAGS.height, 0)];
  const samples = tagNumber(page, TAGS.samples, 1);
  const tile = tagNumber(page, TAGS.tileWidth, 0);
  if (width === 0 || height === 0) throw incomplete();
  return {
    ...{ width, height, samples, little },
    bits: tagNumber(page, TAGS.bits, 1),
    together: tagNumber(page, TAGS.planar, 1) === 2 ? 1 : samples,
    block:
      tile > 0
        ? { width: tile, height: tagNumber(page, TAGS.tileHeight, tile) }
        : { width, height: Math.min(height, tagNumber(page, TAGS.rowsPerStrip, height)) },
    isDifference: tagNumber(page, TAGS.predictor, 1) === 2,
  };
}

// Tiles are whole beyond the picture's edge, strips end with it.
function rowsOf({ height, block }: Layout, y: number, isTile: boolean): number {
  return isTile ? block.height : Math.min(block.height, height - y * block.height);
}

const rowBytes = ({ block, together, bits }: Layout) => Math.ceil((block.width * together * bits) / 8);

/** Values of a block, [rows, block width, together]. */
function valuesOf(raw: Uint8Array, rows: number, layout: Layout): Uint8Array | Uint16Array {
  const { bits, little, together, isDifference } = layout;
  const inRow = layout.block.width * together;
  const bytes = rowBytes(layout);
  if (raw.length < rows * bytes) throw incomplete();
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = bits === 16 ? new Uint16Array(rows * inRow) : new Uint8Array(rows * inRow);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < inRow; i++) {
      const at = row * bytes;
      const value =
        bits === 16
          ? view.getUint16(at + 2 * i, little)
          : bits === 8
            ? raw[at + i]!
            : ((raw[at + (i >> 3)]! >> (7 - (i & 7))) & 1) * 255;
      // Sums go round at the largest value, as the array does.
      values[row * inRow + i] = isDifference && i >= together ? value + values[row * inRow + i - together]! : value;
    }
  return values;
}

interface Place {
  /** Of the block, in blocks. */
  readonly x: number;
  readonly y: number;
  /** Of the block's values, if each channel has blocks of its own. */
  readonly channel: number;
  readonly layout: Layout;
}

// What of a block lies in the picture, into values [H, W, samples].
function put(
  values: Uint8Array | Uint16Array,
  block: Uint8Array | Uint16Array,
  { x, y, channel, layout }: Place,
): void {
  const { width, height, samples, together, block: size } = layout;
  const [left, top] = [x * size.width, y * size.height];
  const columns = Math.min(size.width, width - left);
  const rows = Math.min(block.length / (size.width * together), height - top);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let k = 0; k < together; k++)
        values[((top + row) * width + left + column) * samples + channel + k] =
          block[(row * size.width + column) * together + k]!;
}

/** The channels that `readRaw` gives: alpha left out, 0 black, and colours of a palette. */
function asRead(values: Uint8Array | Uint16Array, page: TiffPage, { width, height, samples, bits }: Layout): RawPixels {
  const photometric = tagNumber(page, TAGS.photometric, 1);
  const size = width * height;
  if (photometric === 3) {
    const colours = numbersOf(page, TAGS.colours);
    const entries = colours.length / 3;
    const rgb = new Uint8Array(size * 3);
    const first = bits === 1 ? 255 : 1;
    for (let i = 0; i < size; i++)
      for (let k = 0; k < 3; k++) rgb[3 * i + k] = (colours[k * entries + values[i * samples]! / first] ?? 0) >> 8;
    return { width, height, channels: 3, values: rgb };
  }
  const channels = photometric === 2 ? 3 : photometric === 5 ? 4 : 1;
  const most = bits === 16 ? 65535 : 255;
  const kept = bits === 16 ? new Uint16Array(size * channels) : new Uint8Array(size * channels);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < channels; k++) {
      const value = values[i * samples + k]!;
      kept[i * channels + k] = photometric === 0 ? most - value : value;
    }
  return { width, height, channels, values: kept };
}
