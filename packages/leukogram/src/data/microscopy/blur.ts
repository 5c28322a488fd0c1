/** Blurs images [height, width, channels] of one size by a Gaussian, columns then rows; edges are repeated. */
export class Blur {
  readonly #height: number;
  readonly #width: number;
  readonly #channels: number;
  /** The image with a margin of {@link MARGIN} pixels all around. */
  readonly #padded: Float32Array;
  readonly #between: Float32Array;

  constructor({
    height,
    width,
    channels,
  }: { readonly height: number; readonly width: number; readonly channels: number }) {
    this.#height = height;
    this.#width = width;
    this.#channels = channels;
    this.#padded = new Float32Array((height + 2 * MARGIN) * width * channels);
    this.#between = new Float32Array((width + 2 * MARGIN) * channels);
  }

  /** Blurs `from` into `into`, which may be the same; `sigma` in pixels. */
  apply(from: Float32Array, sigma: number, into: Float32Array): void {
    const taps = gaussianTaps(sigma);
    const stride = this.#width * this.#channels;
    const padded = this.#padded;
    const reach = taps.length - 1;
    padded.set(from, MARGIN * stride);
    for (let k = 1; k <= reach; k++) {
      padded.copyWithin((MARGIN - k) * stride, MARGIN * stride, (MARGIN + 1) * stride);
      const last = (MARGIN + this.#height - 1) * stride;
      padded.copyWithin(last + k * stride, last, last + stride);
    }
    const line = this.#between;
    for (let row = 0; row < this.#height; row++) {
      const channels = this.#channels;
      const start = MARGIN * channels;
      weigh({ from: padded, at: (MARGIN + row) * stride, step: stride, count: stride }, taps, line, start);
      for (let k = 1; k <= reach; k++) {
        line.copyWithin(start - k * channels, start, start + channels);
        line.copyWithin(start + stride + (k - 1) * channels, start + stride - channels, start + stride);
      }
      weigh({ from: line, at: start, step: channels, count: stride }, taps, into, row * stride);
    }
  }
}

/** Most pixels on each side that a blurred one takes in. */
const MARGIN = 32;

interface Source {
  readonly from: Float32Array;
  /** The first element. */
  readonly at: number;
  /** Elements from one neighbour to the next. */
  readonly step: number;
  readonly count: number;
}

// out[to + i] = sum over k of taps[|k|] * from[at + i + k * step]; the first neighbours at once, which is faster.
function weigh({ from, at, step, count }: Source, taps: Float32Array, out: Float32Array, to: number): void {
  const [t0 = 1, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0] = taps;
  const [step2, step3, step4, step5] = [2 * step, 3 * step, 4 * step, 5 * step];
  const end = at + count;
  if (taps.length <= 3) {
    for (let i = at, o = to; i < end; i++, o++)
      out[o] = from[i]! * t0 + (from[i - step]! + from[i + step]!) * t1 + (from[i - step2]! + from[i + step2]!) * t2;
    return;
  }
  for (let i = at, o = to; i < end; i++, o++) {
    out[o] =
      from[i]! * t0 +
      (from[i - step]! + from[i + step]!) * t1 +
      (from[i - step2]! + from[i + step2]!) * t2 +
      (from[i - step3]! + from[i + step3]!) * t3 +
      (from[i - step4]! + from[i + step4]!) * t4 +
      (from[i - step5]! + from[i + step5]!) * t5;
  }
  for (let k = 6; k < taps.length; k++) {
    const tap = taps[k]!;
    const far = k * step;
    for (let i = at, o = to; i < end; i++, o++) out[o] = out[o]! + (from[i - far]! + from[i + far]!) * tap;
  }
}

/** Weights of a Gaussian from the middle outwards, that sum to 1 over both sides; cut at 2.5 standard deviations. */
export function gaussianTaps(sigma: number): Float32Array {
  const reach = Math.min(Math.max(1, Math.ceil(2.5 * sigma - 0.5)), MARGIN);
  const taps = Float32Array.from({ length: reach + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = taps.reduce((total, tap) => total + 2 * tap, -taps[0]!);
  return taps.map((tap) => tap / sum);
}
