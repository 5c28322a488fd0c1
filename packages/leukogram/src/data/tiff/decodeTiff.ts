import { toBytes } from "../pictures/depth.ts";
import { NOT_TURNED } from "../pictures/orientation.ts";
import type { RawOptions, RawPixels } from "../pictures/rawPixels.ts";
import { type RgbImage, rgbOf } from "../pictures/rgbImage.ts";
import { remarkPicture } from "../remarks.ts";
import { planTiff, type TiffPlan } from "./plan.ts";

/** What unpacks the pixels of a page. */
export type ReadPage = (bytes: Uint8Array, options: RawOptions) => Promise<RawPixels>;

/** Options of {@link decodeTiff}. */
export interface DecodeTiffOptions {
  /** What remarks call it. */
  readonly name: string;
  readonly maxPixels: number;
  readonly read: ReadPage;
  /** Bits used of 16; outranks what the file says. */
  readonly bits?: number | undefined;
  /** Asked for the bits where neither that nor the file says them. */
  readonly findBits: () => Promise<number | undefined> | undefined;
}

/**
 * Decodes a TIFF file: what its tags mean is decided here, its pixels are unpacked by `read`.
 *
 * @throws UnreadKind for a kind that is not read; RangeError or Error if the file is damaged.
 */
export async function decodeTiff(
  bytes: Uint8Array,
  { name, maxPixels, read, bits, findBits }: DecodeTiffOptions,
): Promise<RgbImage> {
  const plan = planTiff(bytes);
  const { width, height, channels, values } = await readPlanned(bytes, plan, { maxPixels, read });
  remarkPlan(name, plan);
  if (values instanceof Uint8Array) return { width, height, data: rgbOf(values, channels) };
  const narrow = toBytes(values, bits ?? plan.bits ?? (await findBits()));
  return { width, height, data: rgbOf(plan.isWhiteZero ? narrow.map((value) => 255 - value) : narrow, channels) };
}

/** The values of the pages that the plan takes, of 16 bits as stored: where 0 is white, still so. */
export async function readPlanned(
  bytes: Uint8Array,
  plan: TiffPlan,
  { maxPixels, read }: Pick<DecodeTiffOptions, "maxPixels" | "read">,
): Promise<RawPixels> {
  const pages: RawPixels[] = [];
  for (const page of plan.pages) pages.push(await read(bytes, { maxPixels, page, space: plan.space }));
  const { width, height, channels, values } = pages.length === 1 ? pages[0]! : interleaved(pages);
  // libvips turns white round at 16 bits, wherever the camera's white is.
  const isTurned = plan.isWhiteZero && values instanceof Uint16Array;
  return { width, height, channels, values: isTurned ? values.map((value) => 65535 - value) : values };
}

// Grey pages to the channels of one picture.
function interleaved(pages: readonly RawPixels[]): RawPixels {
  const { width, height, values: first } = pages[0]!;
  const size = width * height * pages.length;
  const values = first instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size);
  pages.forEach(({ values: page, channels }, k) => {
    for (let i = 0; i < width * height; i++) values[i * pages.length + k] = page[i * channels]!;
  });
  return { width, height, channels: pages.length, values };
}

function remarkPlan(name: string, { pages, isChannels, otherPages, orientation, micrometres }: TiffPlan): void {
  if (isChannels) {
    const order = pages.map((page) => page + 1).join(", ");
    remarkPicture("channels as pages", name, `its pages ${order} are used as red, green and blue`);
  }
  if (otherPages > 0) {
    const taken = isChannels ? "the first slice" : `page ${pages[0]! + 1}`;
    remarkPicture("several pages", name, `of its ${otherPages + 1} images, ${taken} is used`);
  }
  if (orientation > 1) remarkPicture("orientation not applied", name, NOT_TURNED);
  if (micrometres !== undefined) {
    const scale = Number(micrometres.toPrecision(4));
    const text = `gives ${scale} micrometres per pixel, which is used if all images of a laboratory give the same; to use it anyway, add --scale ${scale}um`;
    remarkPicture("scale in tags", name, text);
  }
}
