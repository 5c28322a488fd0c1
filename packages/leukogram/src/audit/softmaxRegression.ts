/** Options of {@link fitSoftmax}. */
export interface SoftmaxOptions {
  /** Class index of each row, [N]. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** Weight of the squared coefficients against the mean cross-entropy; default 1e-3. */
  readonly ridge?: number;
}

/** A fitted regression: probabilities [K] of a row [F]. */
export type SoftmaxRegression = (row: ArrayLike<number>) => number[];

const STEPS = 300;

/**
 * Multinomial logistic regression on standardised rows, classes counting alike however many rows they have
 * (Nesterov's accelerated gradient with restarts, O'Donoghue and Candes 2015).
 *
 * @param rows [N, F].
 */
export function fitSoftmax(
  rows: readonly ArrayLike<number>[],
  { labels, classes, ridge = 1e-3 }: SoftmaxOptions,
): SoftmaxRegression {
  const standardise = standardisation(rows);
  const inputs = rows.map(standardise);
  const width = (inputs[0]?.length ?? 0) * classes;
  const weights = classWeights(labels, classes);
  // The logits' curvature is at most 1/2, that of a row its squared length.
  const longest = inputs.reduce((sum, row, i) => sum + weights[i]! * row.reduce((s, v) => s + v * v, 0), 0);
  const step = 1 / (0.5 * longest + ridge);
  let now = new Float64Array(width);
  let ahead = now.slice();
  let momentum = 1;
  for (let i = 0; i < STEPS; i++) {
    const slope = gradient(inputs, ahead, { labels, weights, classes, ridge });
    const next = ahead.map((value, j) => value - step * slope[j]!);
    const turned = slope.reduce((sum, value, j) => sum + value * (next[j]! - now[j]!), 0) > 0;
    const then = turned ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const share = turned ? 0 : (momentum - 1) / then;
    ahead = next.map((value, j) => value + share * (value - now[j]!));
    now = next;
    momentum = then;
  }
  return (row) => {
    const shares = new Float64Array(classes);
    probabilities(standardise(row), now, shares);
    return [...shares];
  };
}

// To mean 0 and variance 1, and a 1 behind for the bias; columns that do not vary become 0.
function standardisation(rows: readonly ArrayLike<number>[]): (row: ArrayLike<number>) => Float64Array {
  const width = rows[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const variance = new Float64Array(width);
  for (const row of rows) for (let f = 0; f < width; f++) mean[f]! += row[f]! / rows.length;
  for (const row of rows) for (let f = 0; f < width; f++) variance[f]! += (row[f]! - mean[f]!) ** 2 / rows.length;
  const scale = variance.map((value) => (value > 1e-12 ? 1 / Math.sqrt(value) : 0));
  return (row) => {
    const out = new Float64Array(width + 1).fill(1);
    for (let f = 0; f < width; f++) out[f] = (row[f]! - mean[f]!) * scale[f]!;
    return out;
  };
}

// Sum to 1, and to the same over each class.
function classWeights(labels: readonly number[], classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]!++;
  const present = counts.filter((count) => count > 0).length;
  return Float64Array.from(labels, (label) => 1 / (counts[label]! * present));
}

interface Fit extends Required<SoftmaxOptions> {
  readonly weights: Float64Array;
}

function gradient(
  inputs: readonly Float64Array[],
  coefficients: Float64Array,
  { labels, weights, classes, ridge }: Fit,
): Float64Array {
  const out = coefficients.map((value) => ridge * value);
  const shares = new Float64Array(classes);
  for (let i = 0; i < inputs.length; i++) {
    const row = inputs[i]!;
    const width = row.length;
    probabilities(row, coefficients, shares);
    shares[labels[i]!]! -= 1;
    for (let k = 0; k < classes; k++) shares[k] = weights[i]! * shares[k]!;
    let k = 0;
    for (; k + 1 < classes; k += 2) {
      const one = shares[k]!;
      const two = shares[k + 1]!;
      for (let f = 0, j = k * width, l = j + width; f < width; f++, j++, l++) {
        const value = row[f]!;
        out[j] = out[j]! + one * value;
        out[l] = out[l]! + two * value;
      }
    }
    for (; k < classes; k++)
      for (let f = 0, j = k * width; f < width; f++, j++) out[j] = out[j]! + shares[k]! * row[f]!;
  }
  return out;
}

// Writes the probabilities of a row into `out`, [K].
function probabilities(row: Float64Array, coefficients: Float64Array, out: Float64Array): void {
  const width = row.length;
  let k = 0;
  // Two sums side by side, as each addition has to wait for the one before.
  for (; k + 1 < out.length; k += 2) {
    let one = 0;
    let two = 0;
    for (let f = 0, j = k * width, l = j + width; f < width; f++, j++, l++) {
      const value = row[f]!;
      one += coefficients[j]! * value;
      two += coefficients[l]! * value;
    }
    out[k] = one;
    out[k + 1] = two;
  }
  for (; k < out.length; k++) {
    let logit = 0;
    for (let f = 0, j = k * width; f < width; f++, j++) logit += coefficients[j]! * row[f]!;
    out[k] = logit;
  }
  let most = -Infinity;
  for (let k = 0; k < out.length; k++) if (out[k]! > most) most = out[k]!;
  let sum = 0;
  for (let k = 0; k < out.length; k++) sum += out[k] = Math.exp(out[k]! - most);
  for (let k = 0; k < out.length; k++) out[k] = out[k]! / sum;
}
