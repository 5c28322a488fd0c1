import type { RgbImage } from "../pictures/rgbImage.ts";

/** Mean and spread of a laboratory's colours by channel of l-alpha-beta: plain JSON. */
export interface ColourReference {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

// RGB to the cones' LMS, then logarithms, then Ruderman's axes of natural scenes (Reinhard et al. 2001, eq. 4 to 9).
const TO_CONES = [0.3811, 0.5783, 0.0402, 0.1967, 0.7244, 0.0782, 0.0241, 0.1288, 0.8444] as const;
const FROM_CONES = [4.4679, -3.5873, 0.1193, -1.2186, 2.3809, -0.1624, 0.0497, -0.2439, 1.2045] as const;
const { SQRT2: ROOT2, LN10 } = Math;
const ROOT3 = Math.sqrt(3);
const ROOT6 = Math.sqrt(6);

/** The colours of a laboratory: means over its pictures. @throws RangeError if there is none. */
export function fitColours(images: readonly RgbImage[]): ColourReference {
  if (images.length === 0) throw new RangeError("colour reference: no images");
  const all = images.map((image) => moments(toOpponent(image)));
  const over = (key: "mean" | "deviation"): [number, number, number] => {
    const mean = (c: number) => all.reduce((sum, one) => sum + one[key][c]!, 0) / all.length;
    return [mean(0), mean(1), mean(2)];
  };
  return { mean: over("mean"), deviation: over("deviation") };
}

/**
 * A picture with the reference's mean and spread of colours in l-alpha-beta (Reinhard et al. 2001, "Color transfer
 * between images"). It knows nothing of stains: how much background a picture shows moves its colours too.
 */
export function normalizeColours(image: RgbImage, reference: ColourReference): RgbImage {
  const colours = toOpponent(image);
  const { mean, deviation } = moments(colours);
  const gainOf = (c: 0 | 1 | 2) => (deviation[c] < 1e-4 ? 1 : reference.deviation[c] / deviation[c]);
  const gain = [gainOf(0), gainOf(1), gainOf(2)] as const;
  const shiftOf = (c: 0 | 1 | 2) => reference.mean[c] - mean[c] * gain[c];
  const shift = [shiftOf(0), shiftOf(1), shiftOf(2)] as const;
  const data = new Uint8Array(colours.length);
  for (let i = 0; i < colours.length; i += 3) {
    const x = (colours[i]! * gain[0] + shift[0]) / ROOT3;
    const y = (colours[i + 1]! * gain[1] + shift[1]) / ROOT6;
    const z = (colours[i + 2]! * gain[2] + shift[2]) / ROOT2;
    const long = Math.exp(LN10 * (x + y + z));
    const middle = Math.exp(LN10 * (x + y - z));
    const short = Math.exp(LN10 * (x - 2 * y));
    for (let c = 0; c < 3; c++) {
      const k = 3 * c;
      const light = FROM_CONES[k]! * long + FROM_CONES[k + 1]! * middle + FROM_CONES[k + 2]! * short;
      data[i + c] = Math.min(255, Math.max(0, light * 256 - 0.5));
    }
  }
  return { ...image, data };
}

// [pixels * 3]
function toOpponent({ data }: RgbImage): Float32Array {
  const [rl, gl, bl, rm, gm, bm, rs, gs, bs] = TO_CONES;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const r = (data[i]! + 1) / 256;
    const g = (data[i + 1]! + 1) / 256;
    const b = (data[i + 2]! + 1) / 256;
    const long = Math.log(rl * r + gl * g + bl * b) / LN10;
    const middle = Math.log(rm * r + gm * g + bm * b) / LN10;
    const short = Math.log(rs * r + gs * g + bs * b) / LN10;
    out[i] = (long + middle + short) / ROOT3;
    out[i + 1] = (long + middle - 2 * short) / ROOT6;
    out[i + 2] = (long - middle) / ROOT2;
  }
  return out;
}

function moments(colours: Float32Array): ColourReference {
  const count = colours.length / 3;
  const sums = new Float64Array(6);
  for (let i = 0; i < colours.length; i += 3)
    for (let c = 0; c < 3; c++) {
      const value = colours[i + c]!;
      sums[c]! += value;
      sums[c + 3]! += value * value;
    }
  const mean = (c: number) => sums[c]! / count;
  const spread = (c: number) => Math.sqrt(Math.max(0, sums[c + 3]! / count - mean(c) ** 2));
  return { mean: [mean(0), mean(1), mean(2)], deviation: [spread(0), spread(1), spread(2)] };
}
