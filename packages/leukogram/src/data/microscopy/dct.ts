// The scaled cosine transform of 8 x 8 values of Arai, Agui and Nakajima (1988), as in libjpeg's floating-point code.

/** What the transform leaves out of coefficient (row, column): SCALE[row] * SCALE[column]. */
const SCALE = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

/** For each of the 64 coefficients: what {@link forwardDct} gives times this is the orthonormal coefficient. */
export const AFTER_FORWARD: Float64Array = Float64Array.from(
  { length: 64 },
  (_, i) => 1 / (8 * SCALE[i >> 3]! * SCALE[i & 7]!),
);

/** For each of the 64 coefficients: the orthonormal coefficient times this is what {@link inverseDct} takes. */
export const BEFORE_INVERSE: Float64Array = Float64Array.from(
  { length: 64 },
  (_, i) => (SCALE[i >> 3]! * SCALE[i & 7]!) / 8,
);

/** Transforms 8 x 8 values in place, by rows then columns. */
export function forwardDct(block: Float64Array): void {
  for (let i = 0; i < 64; i += 8) forwardLine(block, i, 1);
  for (let i = 0; i < 8; i++) forwardLine(block, i, 8);
}

/** Transforms 8 x 8 coefficients back in place. */
export function inverseDct(block: Float64Array): void {
  for (let i = 0; i < 8; i++) inverseLine(block, i, 8);
  for (let i = 0; i < 64; i += 8) inverseLine(block, i, 1);
}

function forwardLine(x: Float64Array, at: number, step: number): void {
  const [i1, i2, i3] = [at + step, at + 2 * step, at + 3 * step];
  const [i4, i5, i6, i7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step];
  const s07 = x[at]! + x[i7]!;
  const d07 = x[at]! - x[i7]!;
  const s16 = x[i1]! + x[i6]!;
  const d16 = x[i1]! - x[i6]!;
  const s25 = x[i2]! + x[i5]!;
  const d25 = x[i2]! - x[i5]!;
  const s34 = x[i3]! + x[i4]!;
  const d34 = x[i3]! - x[i4]!;
  const evenTurn = (s16 - s25 + s07 - s34) * Math.SQRT1_2;
  x[at] = s07 + s34 + s16 + s25;
  x[i4] = s07 + s34 - s16 - s25;
  x[i2] = s07 - s34 + evenTurn;
  x[i6] = s07 - s34 - evenTurn;
  const a = d34 + d25;
  const c = d16 + d07;
  const shared = (a - c) * 0.382683433;
  const z2 = 0.5411961 * a + shared;
  const z4 = 1.306562965 * c + shared;
  const z3 = (d25 + d16) * Math.SQRT1_2;
  const z11 = d07 + z3;
  const z13 = d07 - z3;
  x[i5] = z13 + z2;
  x[i3] = z13 - z2;
  x[i1] = z11 + z4;
  x[i7] = z11 - z4;
}

function inverseLine(x: Float64Array, at: number, step: number): void {
  const [i1, i2, i3] = [at + step, at + 2 * step, at + 3 * step];
  const [i4, i5, i6, i7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step];
  const even = x[at]! + x[i4]!;
  const odd = x[at]! - x[i4]!;
  const sum26 = x[i2]! + x[i6]!;
  const turn26 = (x[i2]! - x[i6]!) * Math.SQRT2 - sum26;
  const e0 = even + sum26;
  const e3 = even - sum26;
  const e1 = odd + turn26;
  const e2 = odd - turn26;
  const z13 = x[i5]! + x[i3]!;
  const z10 = x[i5]! - x[i3]!;
  const z11 = x[i1]! + x[i7]!;
  const z12 = x[i1]! - x[i7]!;
  const o7 = z11 + z13;
  const shared = (z10 + z12) * 1.847759065;
  const o6 = shared - z10 * 2.61312593 - o7;
  const o5 = (z11 - z13) * Math.SQRT2 - o6;
  const o4 = shared - z12 * 1.0823922 - o5;
  x[at] = e0 + o7;
  x[i7] = e0 - o7;
  x[i1] = e1 + o6;
  x[i6] = e1 - o6;
  x[i2] = e2 + o5;
  x[i5] = e2 - o5;
  x[i3] = e3 + o4;
  x[i4] = e3 - o4;
}
