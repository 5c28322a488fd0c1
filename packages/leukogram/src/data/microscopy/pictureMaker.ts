import type { PixelTarget } from "../pictures/pixelLayout.ts";
import { type BackgroundSwap, swapBackground } from "./background.ts";
import { Blur } from "./blur.ts";
import { findCellMask } from "./cellMask.ts";
import { develop } from "./develop.ts";
import type { PictureDraw } from "./draw.ts";
import type { Field } from "./field.ts";
import { PictureSampler, placementOf } from "./geometry.ts";
import { JpegLoss } from "./jpeg.ts";
import { restain, stainLevels } from "./restain.ts";
import { Sensor } from "./sensor.ts";
import { Sharpener } from "./sharpen.ts";

/**
 * Makes augmented pictures of one size out of fields, in the order in which sample, lens, light, sensor and camera
 * change them. Points are placed first of all: that commutes with what happens to each colour separately, and spares
 * the pixels that the picture does not show. It keeps its scratch memory between pictures.
 */
export class PictureMaker {
  readonly #size: { readonly height: number; readonly width: number };
  readonly #picture: Uint8Array;
  readonly #mask: Uint8Array;
  readonly #image: Float32Array;
  readonly #sampler: PictureSampler;
  readonly #blur: Blur;
  readonly #sensor: Sensor;
  readonly #sharpener: Sharpener;
  readonly #jpeg: JpegLoss;

  constructor(size: { readonly height: number; readonly width: number }) {
    const count = size.height * size.width;
    this.#size = size;
    this.#picture = new Uint8Array(count * 3);
    this.#mask = new Uint8Array(count);
    this.#image = new Float32Array(count * 3);
    this.#sampler = new PictureSampler(size);
    this.#blur = new Blur({ ...size, channels: 3 });
    this.#sensor = new Sensor(size);
    this.#sharpener = new Sharpener(size);
    this.#jpeg = new JpegLoss(size);
  }

  /**
   * Makes one picture and puts its pixels into `out` where `target` says.
   *
   * @param other the pixels of the field whose stain it is to take, where the draw asks for one
   */
  make(
    field: Field,
    draw: PictureDraw,
    { out, target, other }: { out: Uint8Array; target: PixelTarget; other?: Uint8Array | undefined },
  ): void {
    const image = this.#image;
    const { stain, light, restain: moved } = draw;
    const picture = this.#sampler.sample(field, draw, this.#picture);
    if (moved !== undefined && other !== undefined)
      restain(picture, stainLevels(field.data), stainLevels(other), moved.share);
    develop(picture, { stain, light, swap: this.#swap(field, draw) }, image);
    if (draw.defocus > LEAST_BLUR) this.#blur.apply(image, draw.defocus, image);
    this.#sensor.expose(image, draw);
    if (draw.sharpen !== undefined) this.#sharpener.apply(image, draw.sharpen);
    if (draw.quality !== undefined) this.#jpeg.apply(image, draw.quality);
    writeImage(image, out, target);
  }

  #swap(field: Field, draw: PictureDraw): BackgroundSwap | undefined {
    if (draw.background === undefined) return undefined;
    const placement = placementOf(draw, field);
    return swapBackground(draw.background, findCellMask(field), { placement, ...this.#size, into: this.#mask });
  }
}

/** Standard deviations below it change no grey level that one could see, pixels. */
const LEAST_BLUR = 0.2;

function writeImage(image: Float32Array, out: Uint8Array, { rows, columns, channelStride }: PixelTarget): void {
  const levels = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length); // it rounds, too
  for (let row = 0, i = 0; row < rows.length; row++) {
    const start = rows[row]!;
    for (let column = 0; column < columns.length; column++, i += 3) {
      const to = start + columns[column]!;
      levels[to] = image[i]!;
      levels[to + channelStride] = image[i + 1]!;
      levels[to + 2 * channelStride] = image[i + 2]!;
    }
  }
}
