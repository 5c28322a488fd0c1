/**
 * How JPEG files become pixels: by libjpeg's accurate discrete cosine transform, as PIL, torchvision and browsers do it, or
 * by its fast one, as TensorFlow does it.
 */
export const JPEG_DCTS = ["accurate", "fast"] as const;

/** One of {@link JPEG_DCTS}. */
export type JpegDct = (typeof JPEG_DCTS)[number];
