import type { PixelTarget } from "../pixelLayout.ts";
import { Blur } from "./blur.ts";
import { develop, makePlanes, type Planes } from "./develop.ts";
import type { PictureDraw } from "./draw.ts";
import { type Field, PictureSampler } from "./geometry.ts";
import { Sensor } from "./sensor.ts";

/**
 * Makes augmented pictures of one size out of fields, in the order of physics: sample and stain, place, focus, light,
 * sensor, camera. It keeps its scratch memory between pictures.
 */
export class PictureMaker {
  readonly #picture: Uint8Array;
  readonly #planes: Planes;
  readonly #sampler: PictureSampler;
  readonly #blur: Blur;
  readonly #sensor: Sensor;

  constructor(size: { readonly height: number; readonly width: number }) {
    const count = size.height * size.width;
    this.#picture = new Uint8Array(count * 3);
    this.#planes = makePlanes(count);
    this.#sampler = new PictureSampler(size);
    this.#blur = new Blur(size);
    this.#sensor = new Sensor(size);
  }

  /** Makes one picture and puts its pixels into `out` where `target` says. */
  make(field: Field, draw: PictureDraw, { out, target }: { out: Uint8Array; target: PixelTarget }): void {
    const planes = this.#planes;
    develop(this.#sampler.sample(field, draw, this.#picture), draw, planes);
    if (draw.defocus > 0.2) for (const plane of planes) this.#blur.apply(plane, draw.defocus, plane);
    this.#sensor.expose(planes, draw);
    writePlanes(planes, out, target);
  }
}

function writePlanes([red, green, blue]: Planes, out: Uint8Array, { rows, columns, channelStride }: PixelTarget): void {
  for (let row = 0, i = 0; row < rows.length; row++) {
    const start = rows[row]!;
    for (let column = 0; column < columns.length; column++, i++) {
      const to = start + columns[column]!;
      out[to] = toGrey(red[i]!);
      out[to + channelStride] = toGrey(green[i]!);
      out[to + 2 * channelStride] = toGrey(blue[i]!);
    }
  }
}

function toGrey(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}
