import { macenkoStains } from "./macenko.ts";
import { inOrder, type StainVector, stainedDensities, unitStain } from "./stains.ts";

/** Stained pixels that the dictionary is learned from. */
const POINTS = 2000;
const ROUNDS = 40;

/**
 * The two stains of optical densities [n * 3] by sparse non-negative factorisation: few pixels hold much of both
 * (Vahadane et al. 2016, "Structure-preserving color normalization and sparse stain separation for histological
 * images"). Simplified: it starts from Macenko's stains, in place of random ones, alternates exact coordinate
 * descent for amounts (with an L1 penalty) and stains, and sees at most 2000 pixels.
 *
 * @param sparsity weight of the penalty, in units of density; the paper's is 0.1
 */
export function vahadaneStains(
  densities: Float32Array,
  sparsity = 0.1,
): readonly [StainVector, StainVector] | undefined {
  let stains = macenkoStains(densities);
  if (stains === undefined) return undefined;
  const points = stainedDensities(densities, POINTS);
  for (let round = 0; round < ROUNDS; round++)
    stains = betterStains(points, stains, sparseAmounts(points, stains, sparsity));
  return inOrder(...stains);
}

type Stains = readonly [StainVector, StainVector];

// argmin |point - a s0 - b s1|^2 / 2 + sparsity (a + b), a and b at least 0: a few rounds of one, then the other.
function sparseAmounts(points: Float32Array, [s, t]: Stains, sparsity: number): Float64Array {
  const mixed = s[0] * t[0] + s[1] * t[1] + s[2] * t[2];
  const amounts = new Float64Array((points.length / 3) * 2);
  for (let i = 0, j = 0; i < points.length; i += 3, j += 2) {
    const onS = points[i]! * s[0] + points[i + 1]! * s[1] + points[i + 2]! * s[2] - sparsity;
    const onT = points[i]! * t[0] + points[i + 1]! * t[1] + points[i + 2]! * t[2] - sparsity;
    const determinant = Math.max(1e-6, 1 - mixed * mixed);
    const a = (onS - mixed * onT) / determinant;
    const b = (onT - mixed * onS) / determinant;
    amounts[j] = b < 0 ? Math.max(0, onS) : Math.max(0, a);
    amounts[j + 1] = a < 0 ? Math.max(0, onT) : Math.max(0, b);
  }
  return amounts;
}

// One round of block coordinate descent over the stains (Mairal et al. 2010), amounts held.
function betterStains(points: Float32Array, stains: Stains, amounts: Float64Array): Stains {
  const squares = [0, 0, 0]; // a a, a b, b b
  const products = [
    [0, 0, 0],
    [0, 0, 0],
  ] as const satisfies readonly number[][];
  for (let i = 0, j = 0; i < points.length; i += 3, j += 2) {
    const [a, b] = [amounts[j]!, amounts[j + 1]!];
    squares[0]! += a * a;
    squares[1]! += a * b;
    squares[2]! += b * b;
    for (let c = 0; c < 3; c++) {
      products[0][c]! += a * points[i + c]!;
      products[1][c]! += b * points[i + c]!;
    }
  }
  const [aa, ab, bb] = squares as [number, number, number];
  const first = aa < 1e-9 ? stains[0] : unitStain(products[0].map((value, c) => (value - ab * stains[1][c]!) / aa));
  const second = bb < 1e-9 ? stains[1] : unitStain(products[1].map((value, c) => (value - ab * first[c]!) / bb));
  return [first, second];
}
