// What ImageJ and OME-TIFF write of a file's pages: channels, slices, bits, the size of a pixel.
import { descriptionOf, TAGS, type TiffPage, tagNumber } from "./pages.ts";

/** What a microscope's program says of the pages of a TIFF file. */
export interface PagesSaid {
  /** Who says so. */
  readonly by: "ImageJ" | "OME-TIFF";
  /** Channels that are pages of their own; 1 if a page holds all colours. */
  readonly channels: number;
  /** Slices and times together. */
  readonly others: number;
  /** Page of a channel of the first slice. */
  readonly pageOf: (channel: number) => number;
  /** Colour of each channel's brightest value, "#rrggbb"; undefined if nothing is said of colours. */
  readonly colours: readonly string[] | undefined;
  /** Bits that are used. */
  readonly bits: number | undefined;
  /** Width of a pixel, micrometres. */
  readonly micrometres: number | undefined;
}

/** What the first page's description says of the pages; undefined if no such program wrote it. */
export function pagesSaid(pages: readonly TiffPage[]): PagesSaid | undefined {
  const text = descriptionOf(pages[0]);
  if (text.startsWith("ImageJ=")) return imagejPages(pages[0]!, text);
  return /<(?:\w+:)?OME\b/.test(text) ? omePages(text) : undefined;
}

function imagejPages(page: TiffPage, text: string): PagesSaid {
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1]?.trim();
  const count = (name: string) => Math.max(1, Number(field(name) ?? 1) || 1);
  const channels = count("channels");
  const images = count("images");
  const isMicrometre = /^(micron|um|µm|μm|\\u00B5m|micrometer)$/i.test(field("unit") ?? "");
  const perUnit = tagNumber(page, TAGS.xResolution, 0);
  return {
    by: "ImageJ",
    channels,
    others: Math.max(images / channels, count("slices") * count("frames")),
    pageOf: (channel) => channel,
    colours: imagejColours(page),
    bits: undefined,
    micrometres: isMicrometre && perUnit > 0 ? 1 / perUnit : undefined,
  };
}

// Colours lie in tag 50839 among other things: first a table of what there is, then each of it, sizes in tag 50838.
function imagejColours(page: TiffPage): string[] | undefined {
  const [sizes, bytes] = [page.get(TAGS.imagejCounts), page.get(TAGS.imagej)];
  if (typeof sizes !== "object" || typeof bytes !== "object") return undefined;
  const header = bytes.slice(0, sizes[0]);
  const isBig = String.fromCharCode(...header.slice(0, 4)) === "IJIJ";
  const four = (at: number) => (isBig ? header.slice(at, at + 4) : header.slice(at, at + 4).reverse());
  let [part, at] = [1, sizes[0] ?? 0];
  for (let entry = 4; entry + 8 <= header.length; entry += 8) {
    const count = four(entry + 4).reduce((sum, byte) => sum * 256 + byte, 0);
    const isColours = String.fromCharCode(...four(entry)) === "luts";
    const found: string[] = [];
    for (let i = 0; i < count; i++, part++) {
      const size = sizes[part] ?? 0;
      // 256 reds, 256 greens, 256 blues.
      if (isColours) found.push(hex([255, 511, 767].map((place) => bytes[at + place] ?? 0)));
      at += size;
    }
    // White all of them: nobody chose colours.
    if (isColours) return found.every((colour) => colour === "#ffffff") ? undefined : found;
  }
  return undefined;
}

const hex = (rgb: readonly number[]) => `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;

function omePages(text: string): PagesSaid {
  const pixels = /<(?:\w+:)?Pixels\b[^>]*>/.exec(text)?.[0] ?? "";
  const rest = text.slice(text.indexOf(pixels));
  const inside = rest.slice(0, rest.search(/<\/(?:\w+:)?Pixels>/) >>> 0);
  const size = (axis: string) => Math.max(1, Number(attribute(pixels, `Size${axis}`) ?? 1) || 1);
  const elements = inside.match(/<(?:\w+:)?Channel\b[^>]*>/g) ?? [];
  const samples = Number(attribute(elements[0] ?? "", "SamplesPerPixel") ?? 1) || 1;
  const channels = Math.max(1, size("C") / samples);
  const colours = elements.flatMap((element) => omeColour(attribute(element, "Color")));
  const order = attribute(pixels, "DimensionOrder") ?? "XYCZT";
  // Pages that come between two of a channel's: those of the axes named before C.
  const step = [...order.slice(2, order.indexOf("C"))].reduce((product, axis) => product * size(axis), 1);
  const listed = omePlanes(inside);
  const unit = attribute(pixels, "PhysicalSizeXUnit") ?? "µm";
  const width = Number(attribute(pixels, "PhysicalSizeX"));
  return {
    by: "OME-TIFF",
    channels,
    others: size("Z") * size("T"),
    pageOf: (channel) => listed.get(channel) ?? channel * step,
    colours: colours.length === channels && channels > 1 ? colours : undefined,
    bits: Number(attribute(pixels, "SignificantBits")) || undefined,
    micrometres: /^[µμu]m$/.test(unit) && width > 0 ? width : undefined,
  };
}

// Pages of the first slice's channels where the file lists each for itself.
function omePlanes(inside: string): Map<number, number> {
  const planes = new Map<number, number>();
  for (const element of inside.match(/<(?:\w+:)?TiffData\b[^>]*>/g) ?? []) {
    const number = (name: string) => Number(attribute(element, name) ?? 0);
    const isFirst = number("FirstZ") === 0 && number("FirstT") === 0;
    const isOne = attribute(element, "PlaneCount") === "1" || attribute(element, "FirstC") !== undefined;
    if (isFirst && isOne && attribute(element, "IFD") !== undefined) planes.set(number("FirstC"), number("IFD"));
  }
  return planes;
}

function attribute(element: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*"([^"]*)"`).exec(element)?.[1];
}

// RGBA as a signed number of 32 bits; white is what is written where nobody chose a colour.
function omeColour(text: string | undefined): string[] {
  const value = Number(text ?? -1) >>> 0;
  return value === 0xffffffff ? [] : [`#${(value >>> 8).toString(16).padStart(6, "0")}`];
}
