import { sharp } from "../../data/pictures/sharp.ts";
import { highest, type PictureMap, resizeMap, rgbOf, type SeenPicture } from "../../explain/picture.ts";
import { colourAt } from "./viridis.ts";

/** Height of an overlay's picture, pixels; its width follows. */
const HEIGHT = 384;
const GAP = 16;
const LEGEND = 54;
/** How much the colour of a place with no weight hides the grey picture below it, and that with the most. */
const COVER = [0.45, 0.72] as const;

/** Places and colours of a legend's gradient, as they look on a light grey. */
export const LEGEND_STOPS: readonly (readonly [number, string])[] = Array.from({ length: 11 }, (_, i) => {
  const colour = covered(205, i / 10).map((channel) => channel.toString(16).padStart(2, "0"));
  return [i / 10, `#${colour.join("")}`];
});

/** A picture with a map upon it. */
export interface Overlay {
  readonly picture: SeenPicture;
  readonly map: PictureMap;
  /** The cell's outline is drawn; [height, width], 0 to 1. */
  readonly mask?: PictureMap | undefined;
}

/** The picture as a PNG, at the size of overlays. */
export function picturePng(picture: SeenPicture): Promise<Buffer> {
  const { height, width } = picture;
  return sharp(rgbOf(picture), { raw: { width, height, channels: 3 } })
    .resize(sizeOf(picture))
    .png()
    .toBuffer();
}

/** A grey picture with the map in colours upon it, as a PNG: dark violet where it is 0, yellow where it is highest. */
export async function overlayPng({ picture, map, mask }: Overlay): Promise<Buffer> {
  const { width, height } = sizeOf(picture);
  const grey = await sharp(rgbOf(picture), { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .resize(width, height, { fit: "fill" })
    .greyscale()
    .raw()
    .toBuffer();
  const large = resizeMap(map, height, width);
  const most = highest(map) || 1;
  const outline = mask === undefined ? undefined : resizeMap(mask, height, width);
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const value = Math.min(1, large.data[i]! / most);
    const cover = COVER[0] + (COVER[1] - COVER[0]) * value;
    const colour = colourAt(value);
    const isEdge = outline !== undefined && isEdgeAt(outline, i);
    for (let c = 0; c < 3; c++) out[i * 3 + c] = isEdge ? 255 : Math.round(grey[i]! * (1 - cover) + colour[c]! * cover);
  }
  return sharp(out, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** The picture, the overlay beside it, and below them what the colours mean: a PNG that stands alone. */
export async function overlaySheet(
  overlay: Overlay,
  { title, text }: { title: string; text: string },
): Promise<Buffer> {
  const { width: side, height } = sizeOf(overlay.picture);
  const width = 2 * side + 3 * GAP;
  const whole = height + GAP + LEGEND;
  const stops = LEGEND_STOPS.map(([at, colour]) => `<stop offset="${at}" stop-color="${colour}"/>`).join("");
  const right = width - GAP;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="13" fill="#211c2b"><defs><linearGradient id="g">${stops}</linearGradient></defs>
<text x="${GAP}" y="${height + GAP + 22}" font-weight="bold">${escaped(title)}</text><text x="${GAP}" y="${height + GAP + 41}" fill="#665f73">${escaped(text)}</text>
<rect x="${right - 150}" y="${height + GAP + 11}" width="150" height="12" rx="2" fill="url(#g)"/><text x="${right - 150}" y="${height + GAP + 41}" fill="#665f73">none</text><text x="${right}" y="${height + GAP + 41}" text-anchor="end" fill="#665f73">most</text></svg>`;
  return sharp({ create: { width, height: whole, channels: 3, background: "#ffffff" } })
    .composite([
      { input: await picturePng(overlay.picture), left: GAP, top: GAP },
      { input: await overlayPng(overlay), left: 2 * GAP + side, top: GAP },
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .png()
    .toBuffer();
}

// The colour of a share over a grey level.
function covered(grey: number, share: number): number[] {
  const cover = COVER[0] + (COVER[1] - COVER[0]) * share;
  return colourAt(share).map((channel) => Math.round(grey * (1 - cover) + channel * cover));
}

function sizeOf({ height, width }: SeenPicture): { readonly width: number; readonly height: number } {
  return { width: Math.max(1, Math.round((HEIGHT * width) / height)), height: HEIGHT };
}

// Where the cell ends: this place belongs to it, and one to the right or below does not, or the other way round.
function isEdgeAt({ data, width }: PictureMap, i: number): boolean {
  const inside = data[i]! > 0.5;
  const next = (i + 1) % width === 0 ? inside : data[i + 1]! > 0.5;
  const below = data[i + width] === undefined ? inside : data[i + width]! > 0.5;
  return inside !== next || inside !== below;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
