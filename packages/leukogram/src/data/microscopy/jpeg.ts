import { AFTER_FORWARD, BEFORE_INVERSE, forwardDct, inverseDct } from "./dct.ts";

/** Quantisation of luma and of chroma at quality 50, by rows (ITU-T T.81, tables K.1 and K.2). */
const LUMA = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99,
];

/** What a JPEG file at some quality would do to images of one size, without making the file. */
export class JpegLoss {
  readonly #height: number;
  readonly #width: number;
  readonly #luma: Plane;
  readonly #blue: Plane;
  readonly #red: Plane;

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#height = height;
    this.#width = width;
    // Whole blocks of 16 x 16, whose chroma is a block of 8 x 8.
    const [rows, columns] = [Math.ceil(height / 16) * 16, Math.ceil(width / 16) * 16];
    this.#luma = { data: new Float32Array(rows * columns), stride: columns };
    this.#blue = { data: new Float32Array((rows * columns) / 4), stride: columns / 2 };
    this.#red = { data: new Float32Array((rows * columns) / 4), stride: columns / 2 };
  }

  /**
   * Passes an image [height, width, 3] through YCbCr with the chroma at half the size (4:2:0), the cosine transform
   * of 8 x 8 blocks and libjpeg's quantisation at `quality`, 1 to 100, and back, in place.
   */
  apply(image: Float32Array, quality: number): void {
    this.#split(image);
    quantise(this.#luma, stepsAt(LUMA, quality));
    quantise(this.#blue, stepsAt(CHROMA, quality));
    quantise(this.#red, stepsAt(CHROMA, quality));
    this.#join(image);
  }

  // Four pixels at a time; beyond the edge they are repeated.
  #split(image: Float32Array): void {
    const { data: luma, stride } = this.#luma;
    const [lastRow, lastColumn] = [this.#height - 1, this.#width - 1];
    for (let half = 0, i = 0; half < this.#blue.data.length / this.#blue.stride; half++) {
      const upper = Math.min(2 * half, lastRow) * this.#width;
      const lower = Math.min(2 * half + 1, lastRow) * this.#width;
      for (let column = 0; column < stride; column += 2, i++) {
        const left = Math.min(column, lastColumn);
        const right = Math.min(column + 1, lastColumn);
        const at = 2 * half * stride + column;
        const [a, b, c, d] = [(upper + left) * 3, (upper + right) * 3, (lower + left) * 3, (lower + right) * 3];
        luma[at] = lumaAt(image, a);
        luma[at + 1] = lumaAt(image, b);
        luma[at + stride] = lumaAt(image, c);
        luma[at + stride + 1] = lumaAt(image, d);
        const mean = (luma[at]! + luma[at + 1]! + luma[at + stride]! + luma[at + stride + 1]!) / 4 + 128;
        const red = clip(image[a]!) + clip(image[b]!) + clip(image[c]!) + clip(image[d]!);
        const blue = clip(image[a + 2]!) + clip(image[b + 2]!) + clip(image[c + 2]!) + clip(image[d + 2]!);
        this.#blue.data[i] = (blue / 4 - mean) / 1.772;
        this.#red.data[i] = (red / 4 - mean) / 1.402;
      }
    }
  }

  #join(image: Float32Array): void {
    const { data: luma, stride } = this.#luma;
    const [blues, reds] = [this.#blue.data, this.#red.data];
    for (let row = 0, i = 0; row < this.#height; row++) {
      const half = (row >> 1) * (stride / 2);
      for (let column = 0; column < this.#width; column++, i += 3) {
        const y = luma[row * stride + column]! + 128;
        const blue = blues[half + (column >> 1)]!;
        const red = reds[half + (column >> 1)]!;
        image[i] = y + 1.402 * red;
        image[i + 1] = y - 0.344136 * blue - 0.714136 * red;
        image[i + 2] = y + 1.772 * blue;
      }
    }
  }
}

/** Rows of `stride` values, both sides multiples of 8. */
interface Plane {
  readonly data: Float32Array;
  readonly stride: number;
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function lumaAt(image: Float32Array, at: number): number {
  return 0.299 * clip(image[at]!) + 0.587 * clip(image[at + 1]!) + 0.114 * clip(image[at + 2]!) - 128;
}

// libjpeg's jpeg_quality_scaling: 50 is the tables as they are.
function stepsAt(table: readonly number[], quality: number): number[] {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return table.map((step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
}

function quantise({ data, stride }: Plane, steps: readonly number[]): void {
  const toSteps = Float64Array.from(AFTER_FORWARD, (scale, i) => scale / steps[i]!);
  const fromSteps = Float64Array.from(BEFORE_INVERSE, (scale, i) => scale * steps[i]!);
  const block = new Float64Array(64);
  for (let top = 0; top < data.length; top += 8 * stride) {
    for (let at = top; at < top + stride; at += 8) {
      for (let row = 0, from = at; row < 64; row += 8, from += stride) {
        for (let i = 0; i < 8; i++) block[row + i] = data[from + i]!;
      }
      forwardDct(block);
      let detail = 0;
      for (let i = 0; i < 64; i++) {
        const whole = ((block[i]! * toSteps[i]! + 32768.5) | 0) - 32768; // rounds negative numbers too
        block[i] = whole * fromSteps[i]!;
        if (i > 0) detail |= whole;
      }
      // Of a block without detail only the mean is left: most of the chroma, and of the empty slide.
      if (detail === 0) block.fill(block[0]!);
      else inverseDct(block);
      for (let row = 0, to = at; row < 64; row += 8, to += stride) {
        for (let i = 0; i < 8; i++) data[to + i] = block[row + i]!;
      }
    }
  }
}
