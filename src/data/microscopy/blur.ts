/** Blurs planes of one size by a Gaussian, columns then rows. */
export class Blur {
  readonly #height: number;
  readonly #width: number;
  readonly #between: Float32Array;
  readonly #line: Float32Array;

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#height = height;
    this.#width = width;
    this.#between = new Float32Array(height * width);
    this.#line = new Float32Array(width + 2 * MOST_TAPS);
  }

  /** Blurs `from` [height * width] into `into`, which may be the same; edges are repeated. */
  apply(from: Float32Array, sigma: number, into: Float32Array): void {
    const taps = gaussianTaps(sigma);
    const between = this.#between;
    for (let row = 0; row < this.#height; row++) this.#acrossRows(from, taps, row, between);
    for (let row = 0; row < this.#height; row++) this.#alongRow(between, taps, row, into);
  }

  #acrossRows(from: Float32Array, taps: Float32Array, row: number, out: Float32Array): void {
    const [w, last] = [this.#width, this.#height - 1];
    const start = row * w;
    const middle = taps[0]!;
    for (let i = 0; i < w; i++) out[start + i] = from[start + i]! * middle;
    for (let k = 1; k < taps.length; k++) {
      const above = Math.max(row - k, 0) * w;
      const below = Math.min(row + k, last) * w;
      const weight = taps[k]!;
      for (let i = 0; i < w; i++) out[start + i] = out[start + i]! + (from[above + i]! + from[below + i]!) * weight;
    }
  }

  #alongRow(from: Float32Array, taps: Float32Array, row: number, out: Float32Array): void {
    const w = this.#width;
    const start = row * w;
    const line = this.#line;
    const reach = taps.length - 1;
    line.fill(from[start]!, 0, reach);
    line.set(from.subarray(start, start + w), reach);
    line.fill(from[start + w - 1]!, reach + w, w + 2 * reach);
    for (let i = 0; i < w; i++) {
      const at = i + reach;
      let sum = line[at]! * taps[0]!;
      for (let k = 1; k <= reach; k++) sum += (line[at - k]! + line[at + k]!) * taps[k]!;
      out[start + i] = sum;
    }
  }
}

const MOST_TAPS = 32;

/** Weights of a Gaussian from the middle outwards, that sum to 1 over both sides; cut at 2.5 standard deviations. */
export function gaussianTaps(sigma: number): Float32Array {
  const reach = Math.min(Math.max(1, Math.ceil(2.5 * sigma)), MOST_TAPS);
  const taps = Float32Array.from({ length: reach + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = taps.reduce((total, tap) => total + 2 * tap, -taps[0]!);
  return taps.map((tap) => tap / sum);
}
