/** What {@link fitHead} takes. */
export interface HeadFitOptions {
  /** Features, [N, F], flat. */
  readonly features: Float32Array;
  /** What each row is to answer, probabilities [N, K], flat; {@link oneHot} makes them of labels. */
  readonly targets: Float32Array;
  /** How much each row counts, [N]; they sum to 1. */
  readonly weights: Float64Array;
  /** What the old head says of each row, logits [N, K], flat. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** Weight of the squared distance from the old head: the larger, the nearer it stays. */
  readonly pull: number;
}

/** What is added to a head: kernel [F, K], flat, and bias [K]. */
export interface HeadChange {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Targets [N, K], flat, of class indices [N]. */
export function oneHot(labels: readonly number[], classes: number): Float32Array {
  const out = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) out[row * classes + label] = 1;
  return out;
}

const STEPS = 400;

/**
 * Changes a softmax head so that it fits a few labels or votes, and keeps near to what it was: weighted cross-entropy plus
 * pull / 2 times the squared length of the change. With far fewer rows than features the change is a combination of the
 * rows, so what is sought is a number for each row and class (the representer theorem; Nesterov's accelerated gradient
 * with restarts, O'Donoghue and Candes 2015).
 */
export function fitHead(options: HeadFitOptions): HeadChange {
  const { targets, weights, logits, classes, pull } = options;
  const rows = weights.length;
  const products = gram(options.features, rows);
  const step = 1 / (pull + 0.5 * largestEigenvalue(products, weights));
  let dual = new Float64Array(rows * classes);
  let ahead = dual.slice();
  let momentum = 1;
  for (let i = 0; i < STEPS; i++) {
    const slope = residuals(logitsOf(products, ahead, logits, classes), { targets, weights, classes });
    const next = ahead.map((value, j) => value - step * (slope[j]! + pull * value));
    const turned = dot(slope, next, dual) > 0;
    const then = turned ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const share = turned ? 0 : (momentum - 1) / then;
    ahead = next.map((value, j) => value + share * (value - dual[j]!));
    dual = next;
    momentum = then;
  }
  return combine(options.features, dual, { rows, classes });
}

// Inner products of rows; 1 is added for the bias.
function gram(features: Float32Array, rows: number): Float64Array {
  const size = features.length / rows;
  const out = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 1;
      for (let j = 0; j < size; j++) sum += features[a * size + j]! * features[b * size + j]!;
      out[a * rows + b] = sum;
      out[b * rows + a] = sum;
    }
  return out;
}

// Of diag(weights) * products, by power iteration, a little too large.
function largestEigenvalue(products: Float64Array, weights: Float64Array): number {
  const rows = weights.length;
  let vector = new Float64Array(rows).fill(1);
  let value = 1;
  for (let i = 0; i < 30; i++) {
    const next = vector.map((_, a) => {
      let sum = 0;
      for (let b = 0; b < rows; b++) sum += products[a * rows + b]! * vector[b]!;
      return weights[a]! * sum;
    });
    value = Math.hypot(...next);
    vector = next.map((entry) => entry / value);
  }
  return 1.1 * value;
}

function logitsOf(products: Float64Array, dual: Float64Array, old: Float32Array, classes: number): Float64Array {
  const rows = old.length / classes;
  const out = Float64Array.from(old);
  for (let a = 0; a < rows; a++)
    for (let b = 0; b < rows; b++) {
      const product = products[a * rows + b]!;
      for (let k = 0; k < classes; k++) out[a * classes + k]! += product * dual[b * classes + k]!;
    }
  return out;
}

// weights * (softmax - target), in place.
function residuals(
  logits: Float64Array,
  { targets, weights, classes }: Pick<HeadFitOptions, "targets" | "weights" | "classes">,
): Float64Array {
  for (const [row, weight] of weights.entries()) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const most = Math.max(...own);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += own[k] = Math.exp(own[k]! - most);
    for (let k = 0; k < classes; k++) own[k] = weight * (own[k]! / sum - targets[row * classes + k]!);
  }
  return logits;
}

function dot(slope: Float64Array, next: Float64Array, before: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < slope.length; j++) sum += slope[j]! * (next[j]! - before[j]!);
  return sum;
}

function combine(
  features: Float32Array,
  dual: Float64Array,
  { rows, classes }: { readonly rows: number; readonly classes: number },
): HeadChange {
  const size = features.length / rows;
  const kernel = new Float32Array(size * classes);
  const bias = new Float32Array(classes);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < classes; k++) {
      const factor = dual[row * classes + k]!;
      bias[k]! += factor;
      for (let j = 0; j < size; j++) kernel[j * classes + k]! += factor * features[row * size + j]!;
    }
  return { kernel, bias };
}
