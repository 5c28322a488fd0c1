/** A linear change of three channels, by rows: out[i] = sum over j of m[3 i + j] * in[j]. */
export type ColourMap = readonly [number, number, number, number, number, number, number, number, number];

/**
 * Optical density (natural logarithm) of the dyes of Wright's and Giemsa's stains, a row a dye, unit length: purple
 * (azure and eosin together, nuclei), orange-pink (eosin and haemoglobin), and blue, which both leave out. The first
 * two are the extremes of the plane of densities (Macenko et al. 2009) over 150 images of PBC.
 */
const DYES = [
  [0.457, 0.871, 0.181],
  [0.398, 0.566, 0.722],
  [0.888, -0.437, -0.147],
] as const;

const FROM_DYES = transpose(DYES.flat());
const TO_DYES = invert(FROM_DYES);

/**
 * The map of optical densities that multiplies each dye's amount, then mixes the channels: each channel's density by
 * 1 + its diagonal entry of `mixing`, and a third of the other entries from channel to channel.
 *
 * @param amounts factors on the amounts of purple, orange-pink and blue
 * @param mixing [9], by rows
 */
export function stainMatrix(amounts: readonly [number, number, number], mixing: readonly number[]): ColourMap {
  const scaled = FROM_DYES.map((value, i) => value * amounts[i % 3]!);
  const mixed = mixing.map((value, i) => (i % 4 === 0 ? 1 + value : value / 3));
  return asMap(multiply(mixed, multiply(scaled, TO_DYES)));
}

/**
 * The map of colours that multiplies their strength and turns their hue, and keeps the luma of BT.601, as the
 * feColorMatrix of SVG does.
 *
 * @param degrees of the turn
 */
export function hueMatrix(saturation: number, degrees: number): ColourMap {
  const cos = Math.cos((degrees * Math.PI) / 180) * saturation;
  const sin = Math.sin((degrees * Math.PI) / 180) * saturation;
  const luma = [0.299, 0.587, 0.114];
  // A turn of the chroma plane (Cb, Cr) of BT.601.
  const toChroma = [0, 0, 0, -0.168736, -0.331264, 0.5, 0.5, -0.418688, -0.081312];
  const fromChroma = [0, 0, 1.402, 0, -0.344136, -0.714136, 0, 1.772, 0];
  const turned = multiply(fromChroma, multiply([0, 0, 0, 0, cos, -sin, 0, sin, cos], toChroma));
  return asMap(turned.map((value, i) => value + luma[i % 3]!));
}

function asMap([rr, rg, rb, gr, gg, gb, br, bg, bb]: readonly number[]): ColourMap {
  return [rr!, rg!, rb!, gr!, gg!, gb!, br!, bg!, bb!];
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, i) => {
    const row = i - (i % 3);
    return a[row]! * b[i % 3]! + a[row + 1]! * b[3 + (i % 3)]! + a[row + 2]! * b[6 + (i % 3)]!;
  });
}

function transpose(m: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, i) => m[(i % 3) * 3 + Math.floor(i / 3)]!);
}

function invert(m: readonly number[]): number[] {
  const cofactor = (row: number, column: number) => {
    const at = (i: number, j: number) => m[((row + i) % 3) * 3 + ((column + j) % 3)]!;
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  };
  const determinant = m[0]! * cofactor(0, 0) + m[1]! * cofactor(0, 1) + m[2]! * cofactor(0, 2);
  return Array.from({ length: 9 }, (_, i) => cofactor(i % 3, Math.floor(i / 3)) / determinant);
}
