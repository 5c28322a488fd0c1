import type { Matrix } from "./checkInputs.ts";
import { checkedMargins, type Margins } from "./confusionMatrix.ts";
import { clopperPearson } from "./limits/proportion.ts";

/**
 * Agreement beyond chance, at most 1; NaN if chance alone agrees on every image.
 *
 * Source: Cohen 1960; scikit-learn `cohen_kappa_score`.
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function cohenKappa(matrix: Matrix, sums?: Margins): number {
  const { hits, truths, predictions, total } = checkedMargins("cohenKappa", matrix, sums);
  const observed = total - hits.reduce((sum, count) => sum + count, 0);
  const expected = total - dot(truths, predictions) / total;
  return expected === 0 ? Number.NaN : 1 - observed / expected;
}

/**
 * 95 % limits of kappa by those of the share of images that agree (Clopper and Pearson), chance held as it is; -1 and 1 if
 * chance alone agrees on every image. For sets in which every resample gives the same kappa, which says nothing.
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function kappaLimits(matrix: Matrix): { readonly low: number; readonly high: number } {
  const { hits, truths, predictions, total } = checkedMargins("kappaLimits", matrix);
  const chance = dot(truths, predictions) / total ** 2;
  if (chance === 1) return { low: -1, high: 1 };
  const { low, high } = clopperPearson(
    hits.reduce((sum, count) => sum + count, 0),
    total,
  );
  const beyond = (share: number) => Math.max(-1, (share - chance) / (1 - chance));
  return { low: beyond(low), high: beyond(high) };
}

/**
 * Matthews's correlation of true and predicted class, in [-1, 1]; 0 if either is the same for all images.
 *
 * Source: Gorodkin 2004; scikit-learn `matthews_corrcoef`.
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square, ERR_DATA if a count is no number of 0 or more.
 */
export function matthews(matrix: Matrix, sums?: Margins): number {
  const { hits, truths, predictions, total } = checkedMargins("matthews", matrix, sums);
  const correct = hits.reduce((sum, count) => sum + count, 0);
  const spread = (total ** 2 - dot(predictions, predictions)) * (total ** 2 - dot(truths, truths));
  return spread === 0 ? 0 : (correct * total - dot(truths, predictions)) / Math.sqrt(spread);
}

function dot(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, i) => sum + value * second[i]!, 0);
}
