// The tags of a TIFF file's pages, without their pixels: libvips reads pixels, and not what they mean.

/** The tags of one page that matter here, by number; texts as strings, all else as numbers. */
export type TiffPage = ReadonlyMap<TiffTag, readonly number[] | string>;

/** Tags that are read (TIFF 6.0, and ImageJ's own). */
export const TAGS = {
  subfileType: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  description: 270,
  orientation: 274,
  samples: 277,
  stripOffsets: 273,
  rowsPerStrip: 278,
  stripBytes: 279,
  maxSample: 281,
  planar: 284,
  xResolution: 282,
  resolutionUnit: 296,
  predictor: 317,
  colours: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  extraSamples: 338,
  sampleFormat: 339,
  imagejCounts: 50838,
  imagej: 50839,
} as const;

type TiffTag = (typeof TAGS)[keyof typeof TAGS];

const KNOWN = new Set<number>(Object.values(TAGS));
/** Bytes of one value by its type's number; types of more than a rational's are of no tag above. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 13: 4, 16: 8 };
const RATIONAL = 5;
const MOST_PAGES = 10_000;
const MOST_VALUES = 2 ** 20;

/** Whether the bytes start as a TIFF or BigTIFF file of either byte order does. */
export function isTiff(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  const [low, high] = a === 0x49 ? [c, d] : [d, c];
  return ((a === 0x49 && b === 0x49) || (a === 0x4d && b === 0x4d)) && high === 0 && (low === 42 || low === 43);
}

/**
 * The pages of a TIFF file in their order, subdirectories left out.
 *
 * @throws RangeError if the file is incomplete, or its pages form a loop.
 */
export function tiffPages(bytes: Uint8Array): readonly TiffPage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  const read = { view, little, isBig };
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  let at = isBig ? long(read, 8) : view.getUint32(4, little);
  while (at !== 0) {
    if (seen.has(at) || pages.length >= MOST_PAGES) throw new RangeError("its pages form a loop");
    seen.add(at);
    const { page, next } = readPage(read, at);
    pages.push(page);
    at = next;
  }
  return pages;
}

/** The first number of a tag; `otherwise` where the page has it not. */
export function tagNumber(page: TiffPage, tag: TiffTag, otherwise: number): number {
  const value = page.get(tag);
  return typeof value === "object" && value.length > 0 ? value[0]! : otherwise;
}

/** The page's description, "" where it has none. */
export function descriptionOf(page: TiffPage | undefined): string {
  const text = page?.get(TAGS.description);
  return typeof text === "string" ? text : "";
}

interface Reading {
  readonly view: DataView;
  readonly little: boolean;
  readonly isBig: boolean;
}

const long = ({ view, little }: Reading, at: number) => Number(view.getBigUint64(at, little));

function readPage(read: Reading, at: number): { page: TiffPage; next: number } {
  const { view, little, isBig } = read;
  const count = isBig ? long(read, at) : view.getUint16(at, little);
  const [head, size] = isBig ? [8, 20] : [2, 12];
  const page = new Map<TiffTag, readonly number[] | string>();
  for (let i = 0; i < count; i++) {
    const entry = at + head + i * size;
    const tag = view.getUint16(entry, little);
    if (KNOWN.has(tag)) page.set(tag as TiffTag, readValue(read, entry));
  }
  const end = at + head + count * size;
  return { page, next: isBig ? long(read, end) : view.getUint32(end, little) };
}

function readValue(read: Reading, entry: number): readonly number[] | string {
  const { view, little, isBig } = read;
  const type = view.getUint16(entry + 2, little);
  const count = isBig ? long(read, entry + 4) : view.getUint32(entry + 4, little);
  const width = WIDTHS[type] ?? 0;
  if (width === 0 || count > MOST_VALUES) return [];
  const inside = entry + (isBig ? 12 : 8);
  const isInside = width * count <= (isBig ? 8 : 4);
  const at = isInside ? inside : isBig ? long(read, inside) : view.getUint32(inside, little);
  if (type === 2) {
    const text = new Uint8Array(view.buffer, view.byteOffset + at, count);
    return new TextDecoder().decode(text).split("\0", 1)[0]!;
  }
  return Array.from({ length: count }, (_, i) => readNumber(read, at + i * width, type));
}

function readNumber(read: Reading, at: number, type: number): number {
  const { view, little } = read;
  if (type === RATIONAL) return view.getUint32(at, little) / view.getUint32(at + 4, little);
  const width = WIDTHS[type];
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, little);
  return width === 4 ? view.getUint32(at, little) : long(read, at);
}
