// Which pages of a TIFF file make the picture, or why it is refused: decided by tags alone.
import type { RawOptions } from "../pictures/rawPixels.ts";
import { UnreadKind } from "../pictures/unreadKind.ts";
import { type PagesSaid, pagesSaid } from "./description.ts";
import { TAGS, type TiffPage, tagNumber, tiffPages } from "./pages.ts";

/** How a TIFF file is read. */
export interface TiffPlan {
  /** The page that is taken; three of them, of red, green and blue, where channels are pages. */
  readonly pages: readonly number[];
  /** How the pages hold their values. */
  readonly space: RawOptions["space"];
  /** Bits used of 16 by the file's own word; undefined if it says nothing. */
  readonly bits: number | undefined;
  /** Whether 0 is white. */
  readonly isWhiteZero: boolean;
  /** Whether red, green and blue are pages, and what other pages there are besides those taken, thumbnails left out. */
  readonly isChannels: boolean;
  readonly otherPages: number;
  /** As in EXIF; 1 if the picture stands as it should. */
  readonly orientation: number;
  /** Width of a pixel, micrometres, where the file says one that a microscope can have. */
  readonly micrometres: number | undefined;
}

const AS_RGB = "Save it as RGB, with 8 bits per channel.";
const FORMATS: Readonly<Record<number, string>> = {
  2: "signed integers",
  3: "floating-point values, whose white level is unknown",
  5: "complex numbers",
  6: "complex numbers",
};
/** Photometric interpretations whose colours are those of Pillow and tifffile to one level. */
const PHOTOMETRIC = [0, 1, 2, 3, 5, 6];
const NAMES: Readonly<Record<number, string>> = { 4: "a mask", 8: "CIELAB", 9: "ICCLAB", 10: "ITULAB" };
/** What libvips as it comes with sharp unpacks: none, CCITT, LZW, JPEG, Deflate, PackBits. */
const COMPRESSIONS = [1, 2, 3, 4, 5, 7, 8, 32946, 32773];
const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  6: "old-style JPEG",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  34933: "PNG",
  34934: "JPEG XR",
  50000: "Zstandard",
  50001: "WebP",
  50002: "JPEG XL",
};
const JPEG = 7;

/**
 * Decides by the tags of a TIFF file how it is read.
 *
 * @throws UnreadKind for a kind that is not read; RangeError if the file is incomplete.
 */
export function planTiff(bytes: Uint8Array): TiffPlan {
  const all = tiffPages(bytes);
  const said = pagesSaid(all);
  const { pages, otherPages } = choosePages(all, said);
  const page = all[pages[0]!]!;
  for (const index of pages) requireReadable(all[index]!);
  const bits = isWide(page) ? (said?.bits ?? bitsOfLargest(tagNumber(page, TAGS.maxSample, 0))) : undefined;
  return {
    pages,
    space: spaceOf(page),
    bits,
    isWhiteZero: photometricOf(page) === 0,
    isChannels: pages.length === 3,
    otherPages,
    orientation: tagNumber(page, TAGS.orientation, 1),
    micrometres: plausible(said?.micrometres ?? byResolution(page)),
  };
}

function spaceOf(page: TiffPage): RawOptions["space"] {
  const photometric = photometricOf(page);
  if (photometric === 5) return "cmyk";
  return isWide(page) ? (photometric <= 1 ? "grey16" : "rgb16") : "rgb";
}

const isWide = (page: TiffPage) => tagNumber(page, TAGS.bits, 1) === 16;
const photometricOf = (page: TiffPage) => tagNumber(page, TAGS.photometric, 1);
const isGrey = (page: TiffPage) => photometricOf(page) <= 1 && tagNumber(page, TAGS.samples, 1) === 1;
const sizeOf = (page: TiffPage) => `${tagNumber(page, TAGS.width, 0)} x ${tagNumber(page, TAGS.height, 0)}`;
const areaOf = (page: TiffPage) => tagNumber(page, TAGS.width, 0) * tagNumber(page, TAGS.height, 0);

function choosePages(all: readonly TiffPage[], said: PagesSaid | undefined) {
  if (all.length === 0) throw new UnreadKind("a TIFF file without a page", "Save it again.");
  if (said !== undefined && said.channels > 1) return { pages: channelPages(all, said), otherPages: said.others - 1 };
  // Bit 0 marks a smaller copy, bit 2 a mask.
  const whole = all.flatMap((page, i) => (tagNumber(page, TAGS.subfileType, 0) & 5 ? [] : [i]));
  const candidates = whole.length > 0 ? whole : all.map((_, i) => i);
  const largest = Math.max(...candidates.map((i) => areaOf(all[i]!)));
  const same = candidates.filter((i) => areaOf(all[i]!) === largest);
  const taken = all[same[0]!]!;
  if (said === undefined && same.length === 3 && same.every((i) => isGrey(all[i]!)))
    throw new UnreadKind(`three grey pages of ${sizeOf(taken)}: channels of one image, or three images`, AS_RGB);
  return { pages: [same[0]!], otherPages: Math.max(same.length, said?.others ?? 1) - 1 };
}

const PRIMARIES = ["#ff0000", "#00ff00", "#0000ff"];

function channelPages(all: readonly TiffPage[], said: PagesSaid): number[] {
  const { by, channels, colours, pageOf } = said;
  if (channels !== 3)
    throw new UnreadKind(`${by} with ${channels} channels, which are not red, green and blue`, AS_RGB);
  const order = colours === undefined ? [0, 1, 2] : PRIMARIES.map((colour) => colours.indexOf(colour));
  if (order.includes(-1))
    throw new UnreadKind(`${by} with channel colours other than red, green and blue (${colours})`, AS_RGB);
  const pages = order.map(pageOf);
  const sizes = new Set(pages.map((index) => (all[index] === undefined ? "none" : sizeOf(all[index]))));
  if (sizes.size === 1 && !sizes.has("none") && pages.every((index) => isGrey(all[index]!))) return pages;
  throw new UnreadKind(`${by} whose ${all.length} pages are not the 3 channels it names`, AS_RGB);
}

function requireReadable(page: TiffPage): void {
  const refuse = (what: string, hint = AS_RGB) => {
    throw new UnreadKind(what, hint);
  };
  const compression = tagNumber(page, TAGS.compression, 1);
  if (!COMPRESSIONS.includes(compression))
    refuse(
      `compressed by ${COMPRESSION_NAMES[compression] ?? `an unknown method (${compression})`}`,
      "Save it with LZW, or without compression.",
    );
  const formats = page.get(TAGS.sampleFormat);
  const format = (typeof formats === "object" ? formats : []).map((code) => FORMATS[code]).find(Boolean);
  if (format !== undefined) refuse(format);
  const depths = page.get(TAGS.bits);
  const found = [...new Set(typeof depths === "object" ? depths : [1])];
  const samples = tagNumber(page, TAGS.samples, 1);
  const photometric = photometricOf(page);
  if (found.length > 1 || ![1, 8, 16].includes(found[0]!) || (found[0] === 16 && [3, 5].includes(photometric)))
    refuse(
      `${found.join(", ")} bits per channel${photometric === 3 ? " with a palette" : photometric === 5 ? " of ink" : ""}`,
    );
  const isKnown = PHOTOMETRIC.includes(photometric) && (photometric !== 6 || compression === JPEG);
  if (!isKnown)
    refuse(
      photometric === 6 ? "YCbCr without JPEG" : (NAMES[photometric] ?? `photometric interpretation ${photometric}`),
    );
  const fewest = photometric === 2 || photometric === 6 ? 3 : photometric === 5 ? 4 : 1;
  if (samples < fewest || samples > fewest + 1) refuse(`${samples} channels in each pixel`);
}

// What programs write there is the range of the camera, or the picture's own largest value, which says less.
function bitsOfLargest(largest: number): number | undefined {
  return [10, 12, 14, 16].find((bits) => largest === 2 ** bits - 1);
}

function byResolution(page: TiffPage): number | undefined {
  const perUnit = tagNumber(page, TAGS.xResolution, 0);
  const micrometres = { 2: 25400, 3: 10000 }[tagNumber(page, TAGS.resolutionUnit, 2)];
  return micrometres !== undefined && perUnit > 0 ? micrometres / perUnit : undefined;
}

/** Micrometres a pixel of light microscopes: 72 or 300 dots an inch are of a printer. */
const PIXELS = [0.02, 1] as const;

function plausible(micrometres: number | undefined): number | undefined {
  return micrometres !== undefined && micrometres >= PIXELS[0] && micrometres <= PIXELS[1] ? micrometres : undefined;
}
