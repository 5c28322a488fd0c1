import type { RgbImage } from "../pictures/rgbImage.ts";

/** The brightest share of pixels, by green light, that counts as background. */
const BACKGROUND_SHARE = 1 / 8;
/** Where the background is darker than this, the picture holds none. */
const DARKEST_BACKGROUND = 96;

/** Light of the background by channel, 0 to 255; undefined if the picture's brightest eighth is too dark for one. */
export function backgroundLight({ data }: RgbImage): readonly [number, number, number] | undefined {
  const count = data.length / 3;
  const histogram = new Uint32Array(256);
  for (let i = 1; i < data.length; i += 3) histogram[data[i]!]!++;
  let threshold = 255;
  for (let seen = histogram[255]!; seen < count * BACKGROUND_SHARE && threshold > 0; ) seen += histogram[--threshold]!;
  const sum = [0, 0, 0];
  let bright = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (data[i + 1]! < threshold) continue;
    bright++;
    for (let c = 0; c < 3; c++) sum[c]! += data[i + c]!;
  }
  const [red, green, blue] = sum.map((value) => value / bright) as [number, number, number];
  return green < DARKEST_BACKGROUND || Math.min(red, blue) < DARKEST_BACKGROUND / 2 ? undefined : [red, green, blue];
}

/**
 * Scales each channel so that the background becomes `white` grey; a picture without background stays as it is.
 *
 * @param white grey level of the background, 0 to 255
 */
export function whiteBalance(image: RgbImage, white = 245): RgbImage {
  const light = backgroundLight(image);
  if (light === undefined) return image;
  const tables = light.map((level) =>
    Uint8Array.from({ length: 256 }, (_, v) => Math.min(255, (v * white) / level + 0.5)),
  );
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = tables[i % 3]![image.data[i]!]!;
  return { ...image, data };
}
