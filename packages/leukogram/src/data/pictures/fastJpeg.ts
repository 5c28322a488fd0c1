// TensorFlow decodes JPEG by libjpeg's fast integer DCT, which is 1 level of 255 off the accurate one in the mean.
// sharp has the accurate one alone; ImageMagick's libjpeg has both, and its pixels are TensorFlow's to the bit.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

let loading: Promise<typeof import("@imagemagick/magick-wasm")> | undefined;

function magick() {
  loading ??= (async () => {
    const magick = await import("@imagemagick/magick-wasm");
    const wasm = createRequire(import.meta.url).resolve("@imagemagick/magick-wasm/magick.wasm");
    await magick.initializeImageMagick(await readFile(wasm));
    return magick;
  })();
  return loading;
}

/**
 * Pixels of a sound JPEG file as TensorFlow decodes it, grey, in colours or in inks.
 *
 * @returns [H, W, 3], RGB, 0 to 255.
 */
export async function decodeFastJpeg(bytes: Uint8Array): Promise<Uint8Array> {
  const { ColorSpace, ImageMagick, MagickFormat, MagickReadSettings } = await magick();
  const settings = new MagickReadSettings({ format: MagickFormat.Jpeg });
  settings.setDefine(MagickFormat.Jpeg, "dct-method", "ifast");
  return ImageMagick.read(bytes, settings, (image) => {
    if (image.colorSpace === ColorSpace.CMYK) image.colorSpace = ColorSpace.sRGB;
    return image.getPixels((pixels) => pixels.toByteArray(0, 0, image.width, image.height, "RGB")!);
  });
}
