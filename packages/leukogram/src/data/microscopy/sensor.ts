import { Rng } from "@leukogram/engine/core/rng";
import type { PictureDraw } from "./draw.ts";

/** What of a {@link PictureDraw} happens between lens and file: the lens's vignette, the sensor, the camera's tones. */
export type SensorDraw = Pick<PictureDraw, "vignette" | "noise" | "gamma" | "contrast" | "fade" | "colours">;

/** Normal deviates; a table is some ten times as fast as drawing them. */
const DEVIATES = normalDeviates(8192);

function normalDeviates(count: number): Float32Array {
  const rng = new Rng("sensor noise");
  return Float32Array.from({ length: count }, () => rng.normal());
}

/** Steps of the table of tones, per grey level. */
const STEPS = 2;

/** A sensor of one size. */
export class Sensor {
  readonly #height: number;
  readonly #width: number;
  readonly #tones: Float32Array = new Float32Array(255 * STEPS + 1);

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#height = height;
    this.#width = width;
  }

  /** Takes a picture [height, width, 3], in place: vignette, noise, black and white clipped, gamma, contrast, colours. */
  expose(image: Float32Array, { vignette, noise, gamma, contrast: own, fade, colours }: SensorDraw): void {
    if (vignette.loss > 0) this.#darken(image, vignette);
    if (noise.deviation > 0) addNoise(image, noise, this.#width * 3);
    const contrast = own * (1 - fade);
    if (gamma !== 1 || contrast !== 1) this.#tone(image, gamma, contrast);
    if (colours !== undefined) mixColours(image, colours);
  }

  // 1 - loss * r^2, with r = 1 in the corners where the lamp is in the middle.
  #darken(image: Float32Array, { loss, middle }: SensorDraw["vignette"]): void {
    const [h, w] = [this.#height, this.#width];
    for (let row = 0, i = 0; row < h; row++) {
      const dy = (row + 0.5) / h - 0.5 - middle[1];
      for (let column = 0; column < w; column++, i += 3) {
        const dx = (column + 0.5) / w - 0.5 - middle[0];
        const share = Math.max(0, 1 - 2 * loss * (dx * dx + dy * dy));
        image[i] = image[i]! * share;
        image[i + 1] = image[i + 1]! * share;
        image[i + 2] = image[i + 2]! * share;
      }
    }
  }

  #tone(image: Float32Array, gamma: number, contrast: number): void {
    const tones = this.#tones;
    for (let i = 0; i < tones.length; i++) {
      tones[i] = 127.5 + contrast * (255 * (i / (255 * STEPS)) ** gamma - 127.5);
    }
    for (let i = 0; i < image.length; i++) image[i] = tones[(clip(image[i]!) * STEPS + 0.5) | 0]!;
  }
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

// Half of the variance at white is the photons', proportional to the light, half the electronics'.
function addNoise(image: Float32Array, { deviation, seed }: SensorDraw["noise"], stride: number): void {
  const spread = Float32Array.from({ length: 256 }, (_, level) => deviation * Math.sqrt(0.5 + (0.5 * level) / 255));
  let state = seed;
  for (let start = 0; start < image.length; start += stride) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0; // Numerical Recipes' generator
    const first = state >>> 19; // where in the table this row begins
    for (let i = 0; i < stride; i++) {
      const value = image[start + i]!;
      image[start + i] = value + spread[clip(value) | 0]! * DEVIATES[(first + i) & 8191]!;
    }
  }
}

function mixColours(image: Float32Array, [rr, rg, rb, gr, gg, gb, br, bg, bb]: NonNullable<SensorDraw["colours"]>) {
  for (let i = 0; i < image.length; i += 3) {
    const r = clip(image[i]!);
    const g = clip(image[i + 1]!);
    const b = clip(image[i + 2]!);
    image[i] = rr * r + rg * g + rb * b;
    image[i + 1] = gr * r + gg * g + gb * b;
    image[i + 2] = br * r + bg * g + bb * b;
  }
}
