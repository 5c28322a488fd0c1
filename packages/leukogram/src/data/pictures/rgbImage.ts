import { LeukogramError } from "@leukogram/engine/core/errors";

/** A decoded picture. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** [H, W, 3], RGB, 0 to 255. */
  readonly data: Uint8Array;
}

/** A picture whose pixels are as many as its size says. @throws ERR_IMAGE if they are not. */
export function checkedImage(image: RgbImage): RgbImage {
  const { data, width, height } = image;
  if (data.length !== width * height * 3 || data.length === 0)
    throw new LeukogramError("ERR_IMAGE", `image: ${width} x ${height} RGB pixels do not fit ${data.length} bytes`, {
      hint: "Give [height, width, 3] bytes, or an ImageData.",
    });
  return image;
}

/** RGB of bytes [N, channels]: of grey, RGB, or CMYK as TensorFlow and Pillow do it, without a press's profile. */
export function rgbOf(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return bytes;
  const rgb = new Uint8Array((bytes.length / channels) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3)
    for (let k = 0; k < 3; k++)
      rgb[to + k] =
        channels === 4 ? Math.round(((255 - bytes[from + k]!) * (255 - bytes[from + 3]!)) / 255) : bytes[from]!;
  return rgb;
}
