import { Rng } from "@leukogram/engine/core/rng";

/** Rows of numbers of one width, flat. */
export interface Rows {
  /** [N, F], flat. */
  readonly data: Float32Array;
  /** F. */
  readonly width: number;
}

/** Rounds of subspace iteration; the components that carry the distances settle long before. */
const ROUNDS = 25;
/** Components that are carried along beyond those asked for, so that the last ones settle too. */
const SPARE = 8;

/** Each row divided by its length; a row of zeros stays. */
export function unitRows({ data, width }: Rows): Rows {
  const out = Float32Array.from(data);
  for (let start = 0; start < out.length; start += width) {
    const row = out.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let j = 0; j < width; j++) row[j]! /= length;
  }
  return { data: out, width };
}

/**
 * Scores of rows on their first principal components, [N, C], flat; C is `components`, or less where the rows are few.
 * Works on inner products of rows, as features outnumber cells (subspace iteration with Gram and Schmidt's
 * orthogonalisation; Golub and Van Loan, "Matrix computations", section 8.2.4).
 */
export function principalComponents(rows: Rows, components: number): Rows {
  const count = rows.data.length / rows.width;
  const width = Math.max(1, Math.min(components, count - 1, rows.width));
  const products = centredProducts(rows, count);
  let basis = startBasis(count, Math.min(count, width + SPARE));
  let lengths: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    basis = basis.map((vector) => times(products, vector));
    lengths = orthogonalize(basis);
  }
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]!);
  const data = new Float32Array(count * width);
  for (let c = 0; c < width; c++) {
    const from = order[c]!;
    const scale = Math.sqrt(lengths[from]!);
    for (let i = 0; i < count; i++) data[i * width + c] = basis[from]![i]! * scale;
  }
  return { data, width };
}

// Inner products of rows less their mean, [N, N], flat.
function centredProducts({ data, width }: Rows, count: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / count;
  const centred = Float64Array.from(data, (value, i) => value - mean[i % width]!);
  const out = new Float64Array(count * count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = a * width, j = b * width, end = i + width; i < end; i++, j++) sum += centred[i]! * centred[j]!;
      out[a * count + b] = sum;
      out[b * count + a] = sum;
    }
  return out;
}

function startBasis(count: number, vectors: number): Float64Array[] {
  const rng = new Rng("principal components");
  const basis = Array.from({ length: vectors }, () => Float64Array.from({ length: count }, () => rng.normal()));
  orthogonalize(basis);
  return basis;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const count = vector.length;
  const out = new Float64Array(count);
  for (let a = 0; a < count; a++) {
    let sum = 0;
    for (let b = 0, at = a * count; b < count; b++, at++) sum += matrix[at]! * vector[b]!;
    out[a] = sum;
  }
  return out;
}

// Makes vectors orthogonal and of length 1, in place; lengths that they had. One that the others span becomes zeros.
function orthogonalize(basis: readonly Float64Array[]): number[] {
  return basis.map((vector, c) => {
    const whole = Math.sqrt(product(vector, vector));
    for (const other of basis.slice(0, c)) {
      const along = product(vector, other);
      for (let i = 0; i < vector.length; i++) vector[i]! -= along * other[i]!;
    }
    const length = Math.sqrt(product(vector, vector));
    const isSpanned = length <= 1e-10 * whole;
    for (let i = 0; i < vector.length; i++) vector[i] = isSpanned ? 0 : vector[i]! / length;
    return isSpanned ? 0 : length;
  });
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
