import type { RgbImage } from "../image.ts";

/** Mean and spread of a laboratory's colours by channel of l-alpha-beta: plain JSON. */
export interface ColourReference {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

// RGB to the cones' LMS, then logarithms, then Ruderman's axes of natural scenes (Reinhard et al. 2001, eq. 4 to 9).
const TO_CONES = [0.3811, 0.5783, 0.0402, 0.1967, 0.7244, 0.0782, 0.0241, 0.1288, 0.8444];
const FROM_CONES = [4.4679, -3.5873, 0.1193, -1.2186, 2.3809, -0.1624, 0.0497, -0.2439, 1.2045];
const [ROOT2, ROOT3, ROOT6] = [Math.SQRT2, Math.sqrt(3), Math.sqrt(6)];

/** The colours of a laboratory: means over its pictures. @throws RangeError where there is none. */
export function fitColours(images: readonly RgbImage[]): ColourReference {
  if (images.length === 0) throw new RangeError("colour reference: there is no picture");
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
  const gain = deviation.map((value, c) => (value < 1e-4 ? 1 : reference.deviation[c]! / value));
  const data = new Uint8Array(colours.length);
  for (let i = 0; i < colours.length; i += 3) {
    const [l, a, b] = [0, 1, 2].map((c) => (colours[i + c]! - mean[c]!) * gain[c]! + reference.mean[c]!) as [
      number,
      number,
      number,
    ];
    const [x, y, z] = [l / ROOT3, a / ROOT6, b / ROOT2];
    const cones = [10 ** (x + y + z), 10 ** (x + y - z), 10 ** (x - 2 * y)];
    for (let c = 0; c < 3; c++) {
      const light =
        FROM_CONES[3 * c]! * cones[0]! + FROM_CONES[3 * c + 1]! * cones[1]! + FROM_CONES[3 * c + 2]! * cones[2]!;
      data[i + c] = Math.min(255, Math.max(0, light * 256 - 0.5));
    }
  }
  return { ...image, data };
}

// [pixels * 3]
function toOpponent({ data }: RgbImage): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, v] = [(data[i]! + 1) / 256, (data[i + 1]! + 1) / 256, (data[i + 2]! + 1) / 256];
    const cone = (k: number) => Math.log10(TO_CONES[k]! * r + TO_CONES[k + 1]! * g + TO_CONES[k + 2]! * v);
    const [l, m, s] = [cone(0), cone(3), cone(6)];
    out[i] = (l + m + s) / ROOT3;
    out[i + 1] = (l + m - 2 * s) / ROOT6;
    out[i + 2] = (l - m) / ROOT2;
  }
  return out;
}

function moments(colours: Float32Array): ColourReference {
  const count = colours.length / 3;
  const mean: [number, number, number] = [0, 0, 0];
  const square: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < colours.length; i++) {
    mean[i % 3]! += colours[i]! / count;
    square[i % 3]! += colours[i]! ** 2 / count;
  }
  const spread = (c: 0 | 1 | 2) => Math.sqrt(Math.max(0, square[c] - mean[c] ** 2));
  return { mean, deviation: [spread(0), spread(1), spread(2)] };
}
