import { LeukogramError } from "@leukogram/engine/core/errors";
import { isWidePng } from "../data/pictures/pictureHead.ts";
import { checkedImage, type RgbImage } from "../data/pictures/rgbImage.ts";
import { UnreadKind } from "../data/pictures/unreadKind.ts";
import { decodeTiff } from "../data/tiff/decodeTiff.ts";
import { isTiff } from "../data/tiff/pages.ts";
import { unpackTiff } from "../data/tiff/unpackTiff.ts";
import type { PictureFile } from "../evaluation/classifyPictures.ts";

/** A picture in any form that a page has it in: pixels, what is drawn, or a file or its bytes. */
export type Picture =
  | RgbImage
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | PictureFile;

/**
 * The pixels of a picture as 8-bit RGB at its own size, alpha dropped.
 *
 * @throws ERR_IMAGE if the browser can't decode it, it is empty, or it comes from a site that keeps its pixels.
 */
export async function readPicture(picture: Picture): Promise<RgbImage> {
  if ("data" in picture) return isImageData(picture) ? withoutAlpha(picture) : checkedImage(picture);
  if (picture instanceof Uint8Array || picture instanceof ArrayBuffer)
    return decodeFile(new Blob([picture as Uint8Array<ArrayBuffer> | ArrayBuffer]));
  if (picture instanceof Blob) return decodeFile(picture);
  if ("arrayBuffer" in picture) return decodeFile(new File([await picture.arrayBuffer()], picture.name ?? "image"));
  if (picture instanceof HTMLImageElement)
    await picture.decode().catch((cause) => {
      throw cannotDecode(picture.currentSrc || "image", cause);
    });
  return drawn(picture);
}

// By what it has: nothing outside a browser knows the class.
const isImageData = (picture: RgbImage | ImageData): picture is ImageData => "colorSpace" in picture;

async function decodeFile(file: Blob): Promise<RgbImage> {
  const name = file instanceof File ? file.name : "image";
  const head = new Uint8Array(await file.slice(0, 25).arrayBuffer());
  if (isTiff(head)) return await readTiff(file, name);
  const isWide = isWidePng(head);
  const bitmap = await createImageBitmap(file, {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
    // As it is stored, like Node; browsers turn pictures by default.
    imageOrientation: "none",
  }).catch((cause) => {
    throw cannotDecode(name, cause);
  });
  try {
    const image = drawn(bitmap);
    if (isWide) requireWhite(image, name);
    return image;
  } finally {
    bitmap.close();
  }
}

/** As Node decodes a larger one never. */
const MOST_PIXELS = 64e6;

// No browser but Safari knows TIFF, and that one does not read it as Node does.
async function readTiff(file: Blob, name: string): Promise<RgbImage> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const options = { name, maxPixels: MOST_PIXELS, read: unpackTiff, findBits: async () => undefined };
  return await decodeTiff(bytes, options).catch((cause: Error) => {
    if (cause instanceof UnreadKind)
      throw new LeukogramError("ERR_IMAGE", `${name}: ${cause.message}`, { hint: cause.hint, cause });
    throw new LeukogramError("ERR_IMAGE", `${name}: the image is damaged or incomplete (${cause.message})`, {
      hint: "Copy it again, or remove it.",
      cause,
    });
  });
}

// The browser gives the high bytes of 16 bits; as in Node, a picture that 14 bits hold has no white that is known.
function requireWhite({ data }: RgbImage, name: string): void {
  if (data.some((value) => value >= 64)) return;
  throw new LeukogramError(
    "ERR_IMAGE",
    `${name}: 16 bits per channel but at most 14 are used, so the white level is unknown`,
    {
      hint: "Save it with 8 bits per channel.",
    },
  );
}

type Drawable = Exclude<Picture, RgbImage | ImageData | PictureFile>;

function drawn(source: Drawable): RgbImage {
  const [width, height] = sizeOf(source);
  if (width === 0 || height === 0)
    throw new LeukogramError("ERR_IMAGE", "image: has no pixels", { hint: "Wait until the image is loaded." });
  // Pixels are read back, so they had better not lie on the graphics card.
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.drawImage(source, 0, 0, width, height);
  try {
    return withoutAlpha(context.getImageData(0, 0, width, height));
  } catch (cause) {
    throw new LeukogramError("ERR_IMAGE", "image: comes from another site, so this page can't read its pixels", {
      hint: 'Load it with crossorigin="anonymous" from a server that allows it.',
      cause,
    });
  }
}

function sizeOf(source: Drawable): [number, number] {
  // By what they have, not by their classes, which workers do not know.
  if ("naturalWidth" in source) return [source.naturalWidth, source.naturalHeight];
  if ("videoWidth" in source) return [source.videoWidth, source.videoHeight];
  return [source.width, source.height];
}

function withoutAlpha({ data, width, height }: ImageData): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { data: rgb, width, height };
}

function cannotDecode(name: string, cause: unknown): LeukogramError {
  return new LeukogramError("ERR_IMAGE", `${name}: this browser can't decode it`, {
    hint: "Give a JPEG, PNG, GIF, BMP, WebP or TIFF file.",
    cause,
  });
}
