import type { RgbImage } from "../image.ts";
import {
  dot,
  inOrder,
  mixStains,
  opticalDensities,
  type StainReference,
  type StainVector,
  stainAmounts,
  stainedDensities,
  unitStain,
  usualAmounts,
} from "./stains.ts";

/** Stained pixels that are looked at; more add nothing but time. */
const POINTS = 6000;
/** Fewer stained pixels than this say nothing of the stains. */
const LEAST_POINTS = 50;

/**
 * The two stains of optical densities [n * 3]: the 1st and 99th percentile of directions in the plane of the two
 * largest components (Macenko et al. 2009, "A method for normalizing histology slides for quantitative analysis").
 * Undefined where too little is stained, or all with one stain.
 */
export function macenkoStains(densities: Float32Array): readonly [StainVector, StainVector] | undefined {
  const points = stainedDensities(densities, POINTS);
  const count = points.length / 3;
  if (count < LEAST_POINTS) return undefined;
  const [first, second] = mainComponents(points);
  const angles = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const point = [points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!];
    angles[i] = Math.atan2(dot(point, second), dot(point, first));
  }
  angles.sort();
  const direction = (angle: number) =>
    unitStain(first.map((value, c) => value * Math.cos(angle) + second[c]! * Math.sin(angle)));
  const low = direction(angles[Math.floor(0.01 * (count - 1))]!);
  const high = direction(angles[Math.ceil(0.99 * (count - 1))]!);
  return dot(low, high) > 0.999 ? undefined : inOrder(low, high);
}

/** A laboratory's stains: the mean over its pictures. @throws RangeError where no picture has two stains. */
export function fitStains(
  images: readonly RgbImage[],
  stainsOf: (densities: Float32Array) => readonly [StainVector, StainVector] | undefined,
): StainReference {
  const sums = [0, 1].map(() => ({ stain: [0, 0, 0], amount: 0 }));
  let fitted = 0;
  for (const image of images) {
    const densities = opticalDensities(image);
    const stains = stainsOf(densities);
    if (stains === undefined) continue;
    fitted++;
    const amounts = usualAmounts(stainAmounts(densities, stains));
    for (const [k, sum] of sums.entries()) {
      sum.amount += amounts[k]!;
      for (let c = 0; c < 3; c++) sum.stain[c]! += stains[k]![c]!;
    }
  }
  if (fitted === 0) throw new RangeError("stain reference: no picture shows two stains");
  const [a, b] = sums as [(typeof sums)[0], (typeof sums)[0]];
  return { stains: [unitStain(a.stain), unitStain(b.stain)], amounts: [a.amount / fitted, b.amount / fitted] };
}

/**
 * A picture as if stained in the reference's laboratory: each stain's amount is scaled to the reference's and shown in
 * the reference's colour. A picture in which two stains can't be told stays as it is.
 */
export function normalizeStains(
  image: RgbImage,
  reference: StainReference,
  stainsOf: (densities: Float32Array) => readonly [StainVector, StainVector] | undefined = macenkoStains,
): RgbImage {
  const densities = opticalDensities(image);
  const stains = stainsOf(densities);
  if (stains === undefined) return image;
  const amounts = stainAmounts(densities, stains);
  const usual = usualAmounts(amounts);
  const factors = [reference.amounts[0] / usual[0], reference.amounts[1] / usual[1]] as const;
  return mixStains(
    amounts.map((amount, i) => amount * factors[i % 2]!),
    image,
    reference.stains,
  );
}

type Vector = readonly number[];

// The two largest eigenvectors of the second moments of points [n * 3], the first towards positive densities.
function mainComponents(points: Float32Array): readonly [Vector, Vector] {
  const moments = new Array<number>(9).fill(0);
  for (let i = 0; i < points.length; i += 3)
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 3; column++) moments[3 * row + column]! += points[i + row]! * points[i + column]!;
  const first = largestEigenvector(moments);
  const value = dot(first, times(moments, first));
  const rest = moments.map((entry, i) => entry - value * first[Math.floor(i / 3)]! * first[i % 3]!);
  return [first, largestEigenvector(rest)];
}

// Power iteration: positive semidefinite 3 x 3 by rows; always from the same start.
function largestEigenvector(matrix: Vector): Vector {
  let vector: Vector = [0.6, 0.64, 0.48];
  for (let i = 0; i < 200; i++) {
    const next = times(matrix, vector);
    const length = Math.hypot(...next) || 1;
    vector = next.map((value) => value / length);
  }
  return vector;
}

const times = (matrix: Vector, vector: Vector): Vector => [
  dot(matrix.slice(0, 3), vector),
  dot(matrix.slice(3, 6), vector),
  dot(matrix.slice(6, 9), vector),
];
