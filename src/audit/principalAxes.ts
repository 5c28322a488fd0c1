/** A change of basis after which rows have mean 0 and, along each axis, variance 1. */
export interface Whitening {
  /** Number of axes, D. */
  readonly width: number;
  /** The coordinates of a row [F] along the wanted axes, [D]. */
  apply(row: ArrayLike<number>): Float32Array;
}

const MOST_SWEEPS = 12;

/**
 * Principal axes of rows [N, F], the `count` strongest, each scaled to variance 1 (Jacobi's rotations on the
 * covariance matrix). Axes without variance are left out.
 */
export function principalAxes(rows: readonly ArrayLike<number>[], count: number): Whitening {
  const width = rows[0]?.length ?? 0;
  const mean = new Float64Array(width);
  for (const row of rows) for (let f = 0; f < width; f++) mean[f]! += row[f]! / rows.length;
  const covariance = Array.from({ length: width }, () => new Float64Array(width));
  for (const row of rows)
    for (let a = 0; a < width; a++)
      for (let b = 0; b <= a; b++)
        covariance[a]![b]! += ((row[a]! - mean[a]!) * (row[b]! - mean[b]!)) / Math.max(1, rows.length - 1);
  for (let a = 0; a < width; a++) for (let b = a + 1; b < width; b++) covariance[a]![b] = covariance[b]![a]!;
  const vectors = diagonalize(covariance);
  const order = [...mean.keys()].sort((a, b) => covariance[b]![b]! - covariance[a]![a]!);
  const strongest = order.slice(0, count).filter((axis) => covariance[axis]![axis]! > 1e-9);
  const axes = strongest.map((axis) => vectors.map((line) => line[axis]! / Math.sqrt(covariance[axis]![axis]!)));
  return {
    width: axes.length,
    apply: (row) =>
      Float32Array.from(axes, (axis) => axis.reduce((sum, value, f) => sum + value * (row[f]! - mean[f]!), 0)),
  };
}

// Turns the matrix into a diagonal one, in place; columns of the result are its axes.
function diagonalize(matrix: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const vectors = matrix.map((_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  const negligible = 1e-12 * Math.max(1, ...matrix.map((line, i) => line[i]!));
  let isDiagonal = false;
  for (let sweep = 0; sweep < MOST_SWEEPS && !isDiagonal; sweep++) {
    isDiagonal = true;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        const off = matrix[p]![q]!;
        if (Math.abs(off) < negligible) continue;
        isDiagonal = false;
        const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * off);
        const tan = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(tan, 1);
        rotate(matrix, vectors, { p, q, cos, sin: tan * cos });
      }
  }
  return vectors;
}

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly cos: number;
  readonly sin: number;
}

function rotate(matrix: Float64Array[], vectors: Float64Array[], { p, q, cos, sin }: Rotation): void {
  for (const line of matrix) turnPair(line, p, q, cos, sin);
  const [rowP, rowQ] = [matrix[p]!, matrix[q]!];
  for (let i = 0; i < rowP.length; i++) {
    const [x, y] = [rowP[i]!, rowQ[i]!];
    rowP[i] = cos * x - sin * y;
    rowQ[i] = sin * x + cos * y;
  }
  for (const line of vectors) turnPair(line, p, q, cos, sin);
}

function turnPair(line: Float64Array, p: number, q: number, cos: number, sin: number): void {
  const [x, y] = [line[p]!, line[q]!];
  line[p] = cos * x - sin * y;
  line[q] = sin * x + cos * y;
}
