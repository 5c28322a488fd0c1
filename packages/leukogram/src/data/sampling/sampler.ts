import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";

/** Options of {@link epochOrder}. */
export interface EpochOrderOptions {
  /** Counted from 0; every epoch has its own order. */
  readonly epoch: number;
  readonly seed: number;
  /** "none": each image once; "sampling": every class as often as the largest one. */
  readonly balance?: "none" | "sampling";
  /** Off, the order is the same in every epoch: that of the images, class after class where balanced. */
  readonly shuffle?: boolean;
  /** Index of each image's laboratory, where there are several: with "sampling" they count alike too. */
  readonly laboratories?: ArrayLike<number> | undefined;
  /** Each laboratory's share goes with its number of images to this power; default 0, all alike. */
  readonly laboratoryPower?: number | undefined;
}

/**
 * The images of one epoch in order, as indices into `labels`.
 *
 * With "sampling" each class is permuted and cycled, every cycle again, up to the size of the largest class.
 *
 * With laboratories the epoch is as long, but for rounding up, and each laboratory has an equal share in it. Within a
 * laboratory the classes that it has come equally often; where the share can't be parted so, one image more of some
 * classes, drawn again each epoch, makes it up. A class that a laboratory lacks is no error.
 *
 * @throws LeukogramError ERR_DATA if a label is out of range, or a class to balance has no image.
 */
export function epochOrder(
  labels: ArrayLike<number>,
  numClasses: number,
  { epoch, seed, balance = "none", shuffle = true, laboratories, laboratoryPower = 0 }: EpochOrderOptions,
): number[] {
  const rng = new Rng(seed).fork("order").fork(epoch);
  if (balance === "none") {
    return shuffle ? rng.permutation(labels.length) : Array.from({ length: labels.length }, (_, i) => i);
  }
  const byClass = indicesByClass(labels, numClasses);
  requireFull(byClass);
  const largest = byClass.reduce((most, indices) => Math.max(most, indices.length), 0);
  const order =
    laboratories === undefined
      ? byClass.flatMap((indices, label) => draw(indices, largest, shuffle ? rng.fork(label) : undefined))
      : ofLaboratories(byClass, laboratories, {
          count: numClasses * largest,
          rng: shuffle ? rng : undefined,
          power: laboratoryPower,
        });
  return shuffle ? rng.shuffle(order) : order;
}

// `count` of the indices: whole cycles of all of them, each permuted, and a part of one more.
function draw(indices: readonly number[], count: number, rng: Rng | undefined): number[] {
  const drawn: number[] = [];
  while (drawn.length < count) drawn.push(...(rng === undefined ? indices : rng.shuffle([...indices])));
  return drawn.slice(0, count);
}

function ofLaboratories(
  byClass: readonly (readonly number[])[],
  laboratories: ArrayLike<number>,
  { count, rng, power }: { readonly count: number; readonly rng: Rng | undefined; readonly power: number },
): number[] {
  const sizes = new Map<number, number>();
  for (const index of byClass.flat()) sizes.set(laboratories[index]!, (sizes.get(laboratories[index]!) ?? 0) + 1);
  const total = [...sizes.values()].reduce((sum, size) => sum + size ** power, 0);
  return [...sizes.keys()]
    .sort((a, b) => a - b)
    .flatMap((laboratory) => {
      const share = Math.ceil((count * sizes.get(laboratory)! ** power) / total);
      const own = rng?.fork("laboratory").fork(laboratory);
      const cells = byClass
        .map((indices, label) => ({ label, indices: indices.filter((index) => laboratories[index] === laboratory) }))
        .filter(({ indices }) => indices.length > 0);
      // The first cells get what is left over, so they must not always be those of the same classes.
      const mixed = own === undefined ? cells : own.shuffle([...cells]);
      return mixed.flatMap(({ label, indices }, i) => {
        const times = Math.floor(share / cells.length) + (i < share % cells.length ? 1 : 0);
        return draw(indices, times, own?.fork(label));
      });
    });
}

/**
 * Weights that give each class the same say in the loss: n / (numClasses * count), as scikit-learn's
 * `compute_class_weight("balanced")`.
 *
 * @throws LeukogramError ERR_DATA if a label is out of range or a class has no image.
 */
export function classWeights(labels: ArrayLike<number>, numClasses: number): number[] {
  const byClass = indicesByClass(labels, numClasses);
  requireFull(byClass);
  return byClass.map((indices) => labels.length / (numClasses * indices.length));
}

/**
 * The indices of each class's images, [numClasses] lists.
 *
 * @throws LeukogramError ERR_DATA if a label is out of range.
 */
export function indicesByClass(labels: ArrayLike<number>, numClasses: number): number[][] {
  const byClass: number[][] = Array.from({ length: numClasses }, () => []);
  for (let i = 0; i < labels.length; i++) {
    const indices = byClass[labels[i]!];
    if (indices === undefined) {
      throw new LeukogramError("ERR_DATA", `image ${i} has label ${labels[i]}, but there are ${numClasses} classes`);
    }
    indices.push(i);
  }
  return byClass;
}

function requireFull(byClass: readonly number[][]): void {
  const empty = byClass.findIndex((indices) => indices.length === 0);
  if (empty < 0) return;
  throw new LeukogramError("ERR_DATA", `class ${empty} has no images, so the classes can't be balanced`, {
    hint: "Add images, or remove the class.",
  });
}
