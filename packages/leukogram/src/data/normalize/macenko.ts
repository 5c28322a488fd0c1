import { dot, inOrder, type StainVector, stainedDensities, unitStain } from "./stains.ts";

/** Stained pixels that are looked at; more add nothing but time. */
const POINTS = 6000;
/** Fewer stained pixels than this say nothing of the stains. */
const LEAST_POINTS = 50;

/**
 * The two stains of optical densities [n * 3]: the 1st and 99th percentile of directions in the plane of the two
 * largest components (Macenko et al. 2009, "A method for normalizing histology slides for quantitative analysis").
 * Undefined if too little is stained, or all with one stain.
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
