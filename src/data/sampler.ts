import { LeukogramError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";

/** Options of {@link epochOrder}. */
export interface EpochOrderOptions {
  /** Counted from 0; every epoch has its own order. */
  readonly epoch: number;
  readonly seed: number;
  /** "none": each image once; "sampling": every class as often as the largest one. */
  readonly balance?: "none" | "sampling";
  /** Off, the order is the same in every epoch: that of the images, class after class where balanced. */
  readonly shuffle?: boolean;
}

/**
 * The images of one epoch in order, as indices into `labels`.
 *
 * With "sampling" each class is permuted and cycled, every cycle anew, up to the size of the largest class.
 *
 * @throws LeukogramError ERR_DATA where a label is out of range, or a class to balance has no image.
 */
export function epochOrder(
  labels: ArrayLike<number>,
  numClasses: number,
  { epoch, seed, balance = "none", shuffle = true }: EpochOrderOptions,
): number[] {
  const rng = new Rng(seed).fork("order").fork(epoch);
  if (balance === "none") {
    return shuffle ? rng.permutation(labels.length) : Array.from({ length: labels.length }, (_, i) => i);
  }
  const byClass = indicesByClass(labels, numClasses);
  requireFull(byClass);
  const largest = byClass.reduce((most, indices) => Math.max(most, indices.length), 0);
  const order = byClass.flatMap((indices, label) => {
    const classRng = rng.fork(label);
    const drawn: number[] = [];
    while (drawn.length < largest) drawn.push(...(shuffle ? classRng.shuffle([...indices]) : indices));
    return drawn.slice(0, largest);
  });
  return shuffle ? rng.shuffle(order) : order;
}

/**
 * Weights that give each class the same say in the loss: n / (numClasses * count), as scikit-learn's
 * `compute_class_weight("balanced")`.
 *
 * @throws LeukogramError ERR_DATA where a label is out of range or a class has no image.
 */
export function classWeights(labels: ArrayLike<number>, numClasses: number): number[] {
  const byClass = indicesByClass(labels, numClasses);
  requireFull(byClass);
  return byClass.map((indices) => labels.length / (numClasses * indices.length));
}

function indicesByClass(labels: ArrayLike<number>, numClasses: number): number[][] {
  const byClass: number[][] = Array.from({ length: numClasses }, () => []);
  for (let i = 0; i < labels.length; i++) {
    const indices = byClass[labels[i]!];
    if (indices === undefined) {
      throw new LeukogramError("ERR_DATA", `image ${i} has label ${labels[i]}, and there are ${numClasses} classes`);
    }
    indices.push(i);
  }
  return byClass;
}

function requireFull(byClass: readonly number[][]): void {
  const empty = byClass.findIndex((indices) => indices.length === 0);
  if (empty < 0) return;
  throw new LeukogramError("ERR_DATA", `class ${empty} has no image, so the classes cannot be balanced`, {
    hint: "Add images of it, or leave the class out.",
  });
}
