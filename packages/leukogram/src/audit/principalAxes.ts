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
  const covariance = covarianceOf(rows, mean);
  const { values, stride } = covariance;
  const vectors = diagonalize(covariance);
  const varianceOf = (axis: number) => values[axis * stride + axis]!;
  const order = [...mean.keys()].sort((a, b) => varianceOf(b) - varianceOf(a));
  const strongest = order.slice(0, count).filter((axis) => varianceOf(axis) > 1e-9);
  const axes = strongest.map((axis) =>
    Float64Array.from(mean, (_, f) => vectors.values[axis * stride + f]! / Math.sqrt(varianceOf(axis))),
  );
  return {
    width: axes.length,
    apply: (row) =>
      Float32Array.from(axes, (axis) => {
        let sum = 0;
        for (let f = 0; f < width; f++) sum += axis[f]! * (row[f]! - mean[f]!);
        return sum;
      }),
  };
}

/** Rows [size, size] in one, each at a multiple of `stride`. */
interface Square {
  readonly size: number;
  readonly stride: number;
  readonly values: Float64Array;
}

// A few numbers between rows, as a processor's cache keeps few places that are whole powers of two apart.
function squareOf(size: number): Square {
  const stride = size + 8;
  return { size, stride, values: new Float64Array(size * stride) };
}

function covarianceOf(rows: readonly ArrayLike<number>[], mean: Float64Array): Square {
  const out = squareOf(mean.length);
  const { size, stride, values } = out;
  const degrees = Math.max(1, rows.length - 1);
  const centred = new Float64Array(size);
  for (const row of rows) {
    for (let f = 0; f < size; f++) centred[f] = row[f]! - mean[f]!;
    for (let a = 0; a < size; a++) {
      const own = centred[a]!;
      for (let b = 0, at = a * stride; b <= a; b++, at++) values[at]! += (own * centred[b]!) / degrees;
    }
  }
  for (let a = 0; a < size; a++) for (let b = a + 1; b < size; b++) values[a * stride + b] = values[b * stride + a]!;
  return out;
}

// Turns the matrix into a diagonal one, in place; rows of the result are its axes.
function diagonalize(matrix: Square): Square {
  const { size, stride, values } = matrix;
  const vectors = squareOf(size);
  for (let i = 0; i < size; i++) vectors.values[i * stride + i] = 1;
  let most = 1;
  for (let i = 0; i < size; i++) most = Math.max(most, values[i * stride + i]!);
  const negligible = 1e-12 * most;
  let isDiagonal = false;
  for (let sweep = 0; sweep < MOST_SWEEPS && !isDiagonal; sweep++) {
    isDiagonal = true;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        const off = values[p * stride + q]!;
        if (Math.abs(off) < negligible) continue;
        isDiagonal = false;
        const theta = (values[q * stride + q]! - values[p * stride + p]!) / (2 * off);
        const tan = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(tan, 1);
        const turn = { p, q, cos, sin: tan * cos };
        turnColumns(matrix, turn);
        turnRows(matrix, turn);
        turnRows(vectors, turn);
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

function turnColumns({ size, stride, values }: Square, { p, q, cos, sin }: Rotation): void {
  for (let i = 0, start = 0; i < size; i++, start += stride) {
    const x = values[start + p]!;
    const y = values[start + q]!;
    values[start + p] = cos * x - sin * y;
    values[start + q] = sin * x + cos * y;
  }
}

function turnRows({ size, stride, values }: Square, { p, q, cos, sin }: Rotation): void {
  for (let i = 0, first = p * stride, second = q * stride; i < size; i++, first++, second++) {
    const x = values[first]!;
    const y = values[second]!;
    values[first] = cos * x - sin * y;
    values[second] = sin * x + cos * y;
  }
}
