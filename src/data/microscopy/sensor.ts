import { Rng } from "../../core/rng.ts";
import type { Planes } from "./develop.ts";
import type { PictureDraw } from "./draw.ts";

/** What of a {@link PictureDraw} happens between lens and file: the lens's vignette, the sensor, the camera's tones. */
export type SensorDraw = Pick<PictureDraw, "vignette" | "noise" | "gamma" | "contrast" | "colours">;

/** Normal deviates; a table is some ten times as fast as drawing them. */
const DEVIATES = Float32Array.from({ length: 8192 }, normal(new Rng("sensor noise")));

function normal(rng: Rng): () => number {
  return () => rng.normal();
}

/** Steps of the table of tones, per grey level. */
const STEPS = 4;

/** A sensor of one size. */
export class Sensor {
  readonly #height: number;
  readonly #width: number;
  readonly #tones: Float32Array = new Float32Array(255 * STEPS + 1);
  readonly #spread: Float32Array = new Float32Array(256);

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#height = height;
    this.#width = width;
  }

  /** Takes the picture: vignette, noise, clipping at black and white, gamma and contrast, colours. In place. */
  expose(planes: Planes, draw: SensorDraw): void {
    if (draw.vignette.loss > 0) this.#darken(planes, draw.vignette);
    if (draw.noise.deviation > 0) this.#addNoise(planes, draw.noise);
    this.#tone(planes, draw);
    if (draw.colours !== undefined) mixColours(planes, draw.colours);
  }

  // 1 - loss * r^2, with r = 1 in the farthest corner of a lamp in the middle.
  #darken(planes: Planes, { loss, middle }: SensorDraw["vignette"]): void {
    const [h, w] = [this.#height, this.#width];
    for (let row = 0, i = 0; row < h; row++) {
      const dy = (row + 0.5) / h - 0.5 - middle[1];
      for (let column = 0; column < w; column++, i++) {
        const dx = (column + 0.5) / w - 0.5 - middle[0];
        const share = Math.max(0, 1 - 2 * loss * (dx * dx + dy * dy));
        for (const plane of planes) plane[i] = plane[i]! * share;
      }
    }
  }

  // Half of the variance at white is the photons', proportional to the light, half the electronics'.
  #addNoise(planes: Planes, { deviation, seed }: SensorDraw["noise"]): void {
    const spread = this.#spread;
    for (let level = 0; level < 256; level++) spread[level] = deviation * Math.sqrt(0.5 + (0.5 * level) / 255);
    let state = seed | 1;
    const w = this.#width;
    for (const plane of planes) {
      for (let start = 0; start < plane.length; start += w) {
        state = Math.imul(state, 1664525) + 1013904223; // Numerical Recipes' generator: where a row's deviates begin
        const first = state >>> 19;
        for (let i = 0; i < w; i++) {
          const value = plane[start + i]!;
          const level = value > 255 ? 255 : value < 0 ? 0 : value | 0;
          plane[start + i] = value + spread[level]! * DEVIATES[(first + i) & 8191]!;
        }
      }
    }
  }

  #tone(planes: Planes, { gamma, contrast }: SensorDraw): void {
    const tones = this.#tones;
    const plain = gamma === 1 && contrast === 1;
    if (!plain) {
      for (let i = 0; i < tones.length; i++) {
        tones[i] = 127.5 + contrast * (255 * (i / (255 * STEPS)) ** gamma - 127.5);
      }
    }
    for (const plane of planes) {
      for (let i = 0; i < plane.length; i++) {
        const value = plane[i]!;
        const clipped = value < 0 ? 0 : value > 255 ? 255 : value;
        plane[i] = plain ? clipped : tones[(clipped * STEPS + 0.5) | 0]!;
      }
    }
  }
}

function mixColours([red, green, blue]: Planes, colours: readonly number[]): void {
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = colours as number[] & { length: 9 };
  for (let i = 0; i < red.length; i++) {
    const [r, g, b] = [red[i]!, green[i]!, blue[i]!];
    red[i] = rr! * r + rg! * g + rb! * b;
    green[i] = gr! * r + gg! * g + gb! * b;
    blue[i] = br! * r + bg! * g + bb! * b;
  }
}
