import { Blur } from "./blur.ts";

/** What chance decided for a camera's sharpening. */
export interface SharpenDraw {
  /** Share of the fine detail that is added again. */
  readonly amount: number;
  /** What counts as fine: standard deviation of the blur that takes it away, pixels. */
  readonly sigma: number;
}

/** Sharpens images [height, width, 3] of one size as cameras do: an unsharp mask of the luma, for all channels. */
export class Sharpener {
  readonly #luma: Float32Array;
  readonly #smooth: Float32Array;
  readonly #blur: Blur;

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#luma = new Float32Array(height * width);
    this.#smooth = new Float32Array(height * width);
    this.#blur = new Blur({ height, width, channels: 1 });
  }

  /** Sharpens in place. */
  apply(image: Float32Array, { amount, sigma }: SharpenDraw): void {
    const luma = this.#luma;
    const smooth = this.#smooth;
    for (let i = 0, at = 0; i < luma.length; i++, at += 3) {
      luma[i] = 0.299 * image[at]! + 0.587 * image[at + 1]! + 0.114 * image[at + 2]!;
    }
    this.#blur.apply(luma, sigma, smooth);
    for (let i = 0, at = 0; i < luma.length; i++, at += 3) {
      const detail = amount * (luma[i]! - smooth[i]!);
      image[at] = image[at]! + detail;
      image[at + 1] = image[at + 1]! + detail;
      image[at + 2] = image[at + 2]! + detail;
    }
  }
}
